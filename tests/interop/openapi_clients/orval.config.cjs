module.exports = {
  node: {
    input: "./openapi.json",
    output: {
      target: "./orval.ts",
      client: "fetch",
      override: { mutator: { path: "./request.ts", name: "request", extension: ".js" } },
    },
  },
};

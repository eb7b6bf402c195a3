// How the client that orval makes asks, and reads what it is answered.

import { url } from "./asked.js";

export async function request<T>(
  path: string,
  options: RequestInit,
): Promise<T> {
  const response = await fetch(url + path, options);
  const type = response.headers.get("content-type") ?? "";
  const data = !type
    ? undefined
    : type.includes("json")
      ? await response.json()
      : await response.blob();
  return { data, status: response.status, headers: response.headers } as T;
}

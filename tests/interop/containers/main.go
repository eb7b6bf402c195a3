// Reads a Containerfile and a compose file with the parsers of those who
// define them: BuildKit's, with its linter, and the compose specification's.
//
//	go run . Containerfile compose.yaml
package main

import (
	"bytes"
	"context"
	"fmt"
	"os"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

func readContainerfile(path string) (int, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	parsed, err := parser.Parse(bytes.NewReader(text))
	if err != nil {
		return 0, err
	}
	var warnings []string
	lint := linter.New(&linter.Config{
		Warn: func(rule, _, _, message string, at []parser.Range) {
			warnings = append(warnings, fmt.Sprintf("%s: %s %v", rule, message, at))
		},
	})
	stages, _, err := instructions.Parse(parsed.AST, lint)
	if err != nil {
		return 0, err
	}
	if len(parsed.Warnings) > 0 || len(warnings) > 0 {
		return 0, fmt.Errorf("%v %v", parsed.Warnings, warnings)
	}
	count := 0
	for _, stage := range stages {
		count += len(stage.Commands)
	}
	return count, nil
}

func readCompose(path string) (string, error) {
	options, err := cli.NewProjectOptions([]string{path}, cli.WithProfiles([]string{"*"}))
	if err != nil {
		return "", err
	}
	project, err := options.LoadProject(context.Background())
	if err != nil {
		return "", err
	}
	return fmt.Sprint(project.ServiceNames()), nil
}

func main() {
	count, err := readContainerfile(os.Args[1])
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", os.Args[1], err)
		os.Exit(1)
	}
	services, err := readCompose(os.Args[2])
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", os.Args[2], err)
		os.Exit(1)
	}
	fmt.Printf("%d instructions after FROM, services %s\n", count, services)
}

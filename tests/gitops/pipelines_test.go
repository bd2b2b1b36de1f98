package gitops

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/joshdk/go-junit"
	_ "github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
	"github.com/xeipuuv/gojsonschema"
	"sigs.k8s.io/yaml"
)

// What a repository of MailDomains may be like, and what a pipeline over it comes to. The looks are recorded: no DNS is asked.
var repositories = map[string]struct{ github, gitlab, results, failures, errors int }{
	"in-sync": {0, 0, 0, 0, 0},
	"drifted": {1, 1, 1, 1, 0},
	// DNS did not answer something: GitHub's job passes with a warning, GitLab allows its 3 to fail.
	"unknown": {0, 3, 0, 0, 1},
	"invalid": {2, 2, 1, 0, 1},
}

// The steps as the files have them, and what they leave: SARIF by its schema, JUnit by a reader of it.
func TestThePipelinesSayWhatIsWrongAndFailThen(t *testing.T) {
	var github struct {
		Jobs map[string]struct {
			Steps []struct{ Name, Run string }
		}
	}
	load(t, root+"/gitops/pipelines/github.yaml", &github)
	var gitlab map[string]struct {
		Script       []string
		AllowFailure struct {
			ExitCodes []int `json:"exit_codes"`
		} `json:"allow_failure"`
		Artifacts struct {
			When    string
			Reports struct{ Junit string }
		}
	}
	load(t, root+"/gitops/pipelines/gitlab.yaml", &gitlab)
	job := gitlab["check mail DNS"]
	if job.Artifacts.When != "always" || job.Artifacts.Reports.Junit != "zegel.xml" || fmt.Sprint(job.AllowFailure.ExitCodes) != "[3]" {
		t.Errorf("%+v", job)
	}
	for repository, want := range repositories {
		t.Run(repository, func(t *testing.T) {
			checked := 0
			for _, step := range github.Jobs["check"].Steps {
				if step.Name != "Check" {
					continue
				}
				checked++
				// As the runner does: bash -e -o pipefail.
				code, folder := run(t, repository, step.Run)
				if code != want.github {
					t.Errorf("GitHub: want exit code %d, got %d", want.github, code)
				}
				if got := sarif(t, filepath.Join(folder, "zegel.sarif")); got != want.results {
					t.Errorf("GitHub: want %d results of level error, got %d", want.results, got)
				}
			}
			if checked != 1 {
				t.Errorf("GitHub: want one step called Check, found %d", checked)
			}
			code, folder := run(t, repository, strings.Join(job.Script, "\n"))
			if code != want.gitlab {
				t.Errorf("GitLab: want exit code %d, got %d", want.gitlab, code)
			}
			suites, err := junit.IngestFile(filepath.Join(folder, "zegel.xml"))
			if err != nil {
				t.Fatal(err)
			}
			failures, errs := 0, 0
			for _, suite := range suites {
				failures += suite.Totals.Failed
				errs += suite.Totals.Error
			}
			if failures != want.failures || errs != want.errors {
				t.Errorf("GitLab: want %d failures and %d errors, got %d and %d", want.failures, want.errors, failures, errs)
			}
		})
	}
}

// run runs a step in a copy of a repository, with a zegel that judges what was recorded.
func run(t *testing.T, repository, script string) (int, string) {
	t.Helper()
	zegel := os.Getenv("ZEGEL")
	if zegel == "" {
		t.Skip("ZEGEL does not say where the program is: run dev/gitops")
	}
	folder := t.TempDir()
	if err := os.CopyFS(folder, os.DirFS(filepath.Join("testdata", repository))); err != nil {
		t.Fatal(err)
	}
	recording, err := filepath.Abs(root + "/tests/cli/recording-1.json")
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	shim := fmt.Sprintf("#!/bin/sh\nexec %q \"$@\" --replay %q\n", zegel, recording)
	if err := os.WriteFile(filepath.Join(bin, "zegel"), []byte(shim), 0o755); err != nil {
		t.Fatal(err)
	}
	step := exec.Command("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script)
	step.Dir = folder
	step.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"))
	said, err := step.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("%v\n%s", err, said)
	}
	t.Logf("%s", said)
	return step.ProcessState.ExitCode(), folder
}

// sarif holds a file against SARIF's schema, every property of it, and counts its results of level error.
func sarif(t *testing.T, path string) int {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	result, err := gojsonschema.Validate(gojsonschema.NewStringLoader(schema(t)), gojsonschema.NewBytesLoader(text))
	if err != nil {
		t.Fatal(err)
	}
	for _, broken := range result.Errors() {
		t.Errorf("%s: %s", path, broken)
	}
	var log struct {
		Runs []struct{ Results []struct{ Level string } }
	}
	if err := yaml.Unmarshal(text, &log); err != nil || len(log.Runs) != 1 {
		t.Fatalf("%s: %v, %d runs", path, err, len(log.Runs))
	}
	count := 0
	for _, result := range log.Runs[0].Results {
		if result.Level == "error" {
			count++
		}
	}
	return count
}

// The schema of SARIF 2.1.0, out of the module that carries it. That module's own Validate looks at what its types keep of a
// file, and so lets every unknown property pass.
func schema(t *testing.T) string {
	t.Helper()
	list := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/owenrumney/go-sarif/v3")
	folder, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(strings.TrimSpace(string(folder)), "pkg/report/v210/sarif/schema.go")
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	found := ""
	ast.Inspect(file, func(node ast.Node) bool {
		if literal, ok := node.(*ast.BasicLit); ok && literal.Kind == token.STRING && len(literal.Value) > 1000 {
			found, err = strconv.Unquote(literal.Value)
		}
		return true
	})
	if err != nil || found == "" {
		t.Fatalf("%s holds no schema: %v", path, err)
	}
	return found
}

func TestTheSchemaRefusesWhatIsNoSarif(t *testing.T) {
	for _, text := range []string{
		`{"version": "2.1.0"}`,
		`{"version": "2.1.0", "runs": [{"tool": {"driver": {}}}]}`,
		`{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}, "results": [{"message": {"text": "x"}, "levle": "error"}]}]}`,
	} {
		result, err := gojsonschema.Validate(gojsonschema.NewStringLoader(schema(t)), gojsonschema.NewStringLoader(text))
		if err != nil || result.Valid() {
			t.Errorf("taken: %s (%v)", text, err)
		}
	}
}

func load(t *testing.T, path string, into any) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(text, into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

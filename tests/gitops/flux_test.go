package gitops

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/fluxcd/pkg/apis/kustomize"
	"github.com/fluxcd/pkg/runtime/cel"
	"github.com/fluxcd/pkg/runtime/conditions"
	"github.com/fluxcd/pkg/runtime/conditions/check"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/cli-utils/pkg/kstatus/status"
	"sigs.k8s.io/yaml"
)

// kubectl wait, Flux, Config Sync and kpt all ask kstatus.
func TestKstatusReadsEveryRowAsTheTableSays(t *testing.T) {
	eachRow(t, func(t *testing.T, row, want string, object *unstructured.Unstructured) {
		got, err := status.Compute(object)
		if err != nil || got.Status.String() != want {
			t.Errorf("want %s, got %+v (%v)", want, got, err)
		}
	})
}

func TestKstatusReadsEveryGrant(t *testing.T) {
	for row, want := range grants {
		grant := object(t, argoGrant+"/testdata/"+row+".yaml")
		got, err := status.Compute(grant)
		if err != nil || got.Status.String() != want {
			t.Errorf("%s: want %s, got %+v (%v)", row, want, got, err)
		}
		if row == "nobody-looked" {
			continue
		}
		checker := check.NewChecker(nil, &check.Conditions{NegativePolarity: []string{"Stalled"}})
		checker.DisableFetch = true
		fail, warn := checker.Check(context.Background(), conditions.UnstructuredGetter(grant))
		if fail != nil || warn != nil {
			t.Errorf("%s: %v %v", row, fail, warn)
		}
	}
}

// The rules that Flux holds its own controllers to: FAIL and WARN alike. What is still under way is held to those for that.
func TestFluxFindsNothingWrongWithTheConditions(t *testing.T) {
	known := &check.Conditions{NegativePolarity: []string{"Stalled", "Reconciling"}}
	eachRow(t, func(t *testing.T, row, want string, object *unstructured.Unstructured) {
		checker := check.NewChecker(nil, known)
		if want == "InProgress" {
			checker = check.NewInProgressChecker(nil)
		}
		if row == "nobody-looked" {
			t.Skip("no controller has written a condition")
		}
		if row == "edited" {
			t.Skip("it is as the controller left it for the spec before; Flux looks at the generation first")
		}
		checker.DisableFetch = true
		fail, warn := checker.Check(context.Background(), conditions.UnstructuredGetter(object))
		if fail != nil || warn != nil {
			t.Errorf("%v %v", fail, warn)
		}
	})
}

// The example's own expressions, by the code that Flux runs them with.
func TestTheExpressionsOfTheExampleSayWhatKstatusSays(t *testing.T) {
	for _, file := range []string{root + "/gitops/flux/mail.yaml", root + "/docs/gitops.md"} {
		checks := healthChecks(t, file)
		if len(checks) != 1 || checks[0].APIVersion != "zegel.dev/v1alpha1" || checks[0].Kind != "MailDomain" {
			t.Fatalf("%s: %+v", file, checks)
		}
		evaluator, err := cel.NewStatusEvaluator(&checks[0].HealthCheckExpressions)
		if err != nil {
			t.Fatal(err)
		}
		eachRow(t, func(t *testing.T, row, want string, object *unstructured.Unstructured) {
			got, err := evaluator.Evaluate(context.Background(), object)
			if err != nil || got.Status.String() != want {
				t.Errorf("want %s, got %+v (%v)", want, got, err)
			}
		})
	}
}

// healthChecks takes spec.healthCheckExprs out of the Kustomization in a file, or in a page's first block that has one.
func healthChecks(t *testing.T, file string) []kustomize.CustomHealthCheck {
	t.Helper()
	read, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text := string(read)
	if strings.HasSuffix(file, ".md") {
		for _, block := range strings.Split(text, "```yaml\n")[1:] {
			block, _, _ = strings.Cut(block, "\n```")
			if strings.Contains(block, "healthCheckExprs") {
				text = block
				break
			}
		}
	}
	var kustomization struct {
		Spec struct {
			HealthCheckExprs []kustomize.CustomHealthCheck `json:"healthCheckExprs"`
		} `json:"spec"`
	}
	if err := yaml.Unmarshal([]byte(text), &kustomization); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return kustomization.Spec.HealthCheckExprs
}

// Package gitops holds what others read of a MailDomain to what they read it with: kstatus and Flux's own checks and
// expressions, Argo CD's Lua, SARIF's schema. The objects are those the controller left on a real API server, one for each
// row of the table of conditions; tests/cluster/rows.rs writes them. Nothing here needs a cluster or a network.
package gitops

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

const (
	root = "../.."
	argo = root + "/gitops/argocd/resource_customizations/zegel.dev/MailDomain"
	// The same of grants.
	argoGrant = argo + "Grant"
)

// grants says the same of recorded grants. One that nobody looked at is done: it is a permission, and in an open cluster nobody
// looks at it.
var grants = map[string]string{
	"nobody-looked": "Current",
	"accepted":      "Current",
	"invalid-spec":  "Failed",
}

// rows says of each object how a tool that delivers it is to take it: done, broken, or not yet known.
var rows = map[string]string{
	"compliant":              "Current",
	"in-sync":                "Current",
	"observed":               "Current",
	"invalid-spec":           "Failed",
	"domain-conflict":        "Failed",
	"not-granted":            "Failed",
	"drifted":                "Failed",
	"noncompliant":           "Failed",
	"unconfirmed":            "InProgress",
	"propagating":            "InProgress",
	"finding-unconfirmed":    "InProgress",
	"progressing":            "InProgress",
	"dns-unavailable":        "InProgress",
	"stale":                  "InProgress",
	"nobody-looked":          "InProgress",
	"edited":                 "InProgress",
	"suspended-never-judged": "InProgress",
	// What was known when it was suspended stands.
	"suspended-in-sync": "Current",
	"suspended-drifted": "Failed",
}

// object reads a recorded object as a client does: numbers of JSON that are whole are int64.
func object(t *testing.T, path string) *unstructured.Unstructured {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	json, err := yaml.YAMLToJSON(text)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	object := &unstructured.Unstructured{}
	if err := object.UnmarshalJSON(json); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return object
}

// eachRow runs a test over every recorded object.
func eachRow(t *testing.T, test func(t *testing.T, row, want string, object *unstructured.Unstructured)) {
	for row, want := range rows {
		t.Run(row, func(t *testing.T) {
			test(t, row, want, object(t, filepath.Join(argo, "testdata", row+".yaml")))
		})
	}
}

func TestEveryRecordedObjectIsARow(t *testing.T) {
	files, err := filepath.Glob(argo + "/testdata/*.yaml")
	if err != nil || len(files) != len(rows) {
		t.Fatalf("%d objects are recorded, %d rows are known (%v)", len(files), len(rows), err)
	}
	for _, file := range files {
		if _, known := rows[strings.TrimSuffix(filepath.Base(file), ".yaml")]; !known {
			t.Errorf("%s is no row", file)
		}
	}
}

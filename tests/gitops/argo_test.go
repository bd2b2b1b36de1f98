package gitops

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"
	"sigs.k8s.io/yaml"
)

type healthStatus struct {
	Status  string `json:"status"`
	Message string `json:"message"`
}

// The tests of a health check in Argo CD's own layout, run by the interpreter that Argo CD runs: what is contributed there
// passes there.
func TestArgoReadsEveryRowAsItsOwnTestFileSays(t *testing.T) {
	argoReads(t, argo, rows)
}

func TestArgoReadsEveryGrantAsItsOwnTestFileSays(t *testing.T) {
	argoReads(t, argoGrant, grants)
}

func argoReads(t *testing.T, argo string, rows map[string]string) {
	text, err := os.ReadFile(argo + "/health_test.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Tests []struct {
			HealthStatus healthStatus `json:"healthStatus"`
			InputPath    string       `json:"inputPath"`
		} `json:"tests"`
	}
	if err := yaml.UnmarshalStrict(text, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Tests) != len(rows) {
		t.Errorf("%d tests for %d rows", len(file.Tests), len(rows))
	}
	script, err := os.ReadFile(argo + "/health.lua")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range file.Tests {
		row := strings.TrimSuffix(filepath.Base(test.InputPath), ".yaml")
		t.Run(row, func(t *testing.T) {
			got := health(t, string(script), object(t, filepath.Join(argo, test.InputPath)).Object)
			if got != test.HealthStatus {
				t.Errorf("want %+v, got %+v", test.HealthStatus, got)
			}
			// What kstatus takes for done, broken or unknown, so does Argo CD; it also knows what is suspended.
			taken := map[string]string{"Healthy": "Current", "Degraded": "Failed", "Progressing": "InProgress"}
			if want := rows[row]; got.Status != "Suspended" && taken[got.Status] != want {
				t.Errorf("kstatus says %s, Argo CD %s", want, got.Status)
			}
		})
	}
}

// An object that something else wrote, or half of one, is not an error of the script: Argo CD would show it as unknown.
func TestTheScriptTakesWhateverItIsGiven(t *testing.T) {
	script, err := os.ReadFile(argo + "/health.lua")
	if err != nil {
		t.Fatal(err)
	}
	metadata := map[string]any{"generation": int64(1)}
	for name, status := range map[string]any{
		"no status":             nil,
		"no generation":         map[string]any{"conditions": []any{}},
		"no conditions":         map[string]any{"observedGeneration": int64(1)},
		"conditions, not Ready": map[string]any{"observedGeneration": int64(1), "conditions": []any{map[string]any{"type": "SPF"}}},
	} {
		object := map[string]any{"metadata": metadata}
		if status != nil {
			object["status"] = status
		}
		want := healthStatus{"Progressing", "not judged yet"}
		if got := health(t, string(script), object); got != want {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestTheConfigMapHoldsTheSameScript(t *testing.T) {
	config := object(t, root+"/gitops/argocd/argocd-cm.yaml")
	data := config.Object["data"].(map[string]any)
	for kind, folder := range map[string]string{"MailDomain": argo, "MailDomainGrant": argoGrant} {
		script, err := os.ReadFile(folder + "/health.lua")
		if err != nil {
			t.Fatal(err)
		}
		if got := data["resource.customizations.health.zegel.dev_"+kind]; got != string(script) {
			t.Errorf("gitops/argocd/argocd-cm.yaml has another script for %s:\n%s", kind, got)
		}
	}
}

// health runs a script as Argo CD does: `obj` is the object, the libraries are base, table and string.
func health(t *testing.T, script string, object map[string]any) healthStatus {
	t.Helper()
	state := lua.NewState(lua.Options{SkipOpenLibs: true})
	defer state.Close()
	for name, open := range map[string]lua.LGFunction{
		lua.BaseLibName: lua.OpenBase, lua.TabLibName: lua.OpenTable, lua.StringLibName: lua.OpenString,
	} {
		state.Push(state.NewFunction(open))
		state.Push(lua.LString(name))
		state.Call(1, 0)
	}
	state.SetGlobal("obj", value(state, object))
	if err := state.DoString(script); err != nil {
		t.Fatal(err)
	}
	table, ok := state.Get(-1).(*lua.LTable)
	if !ok {
		t.Fatalf("the script gave %v", state.Get(-1))
	}
	return healthStatus{table.RawGetString("status").String(), table.RawGetString("message").String()}
}

// value turns JSON into what Lua has.
func value(state *lua.LState, from any) lua.LValue {
	switch from := from.(type) {
	case bool:
		return lua.LBool(from)
	case float64:
		return lua.LNumber(from)
	case int64:
		return lua.LNumber(from)
	case string:
		return lua.LString(from)
	case []any:
		table := state.CreateTable(len(from), 0)
		for _, item := range from {
			table.Append(value(state, item))
		}
		return table
	case map[string]any:
		table := state.CreateTable(0, len(from))
		for key, item := range from {
			table.RawSetString(key, value(state, item))
		}
		return table
	default:
		return lua.LNil
	}
}

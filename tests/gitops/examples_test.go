package gitops

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// The examples for Flux and Argo CD lead to what is there, and what depends on something names it.
func TestTheExamplesLeadSomewhere(t *testing.T) {
	type source struct {
		Path string `json:"path"`
	}
	type document struct {
		Kind     string `json:"kind"`
		Metadata struct {
			Name string `json:"name"`
		} `json:"metadata"`
		Spec struct {
			Path      string                  `json:"path"`
			Source    source                  `json:"source"`
			Images    []struct{ Name string } `json:"images"`
			DependsOn []struct{ Name string } `json:"dependsOn"`
		} `json:"spec"`
	}
	kustomizations := map[string]document{}
	paths := 0
	for _, file := range []string{"flux/zegel.yaml", "flux/mail.yaml", "argocd/applications.yaml"} {
		text, err := os.ReadFile(filepath.Join(root, "gitops", file))
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range strings.Split(string(text), "\n---\n") {
			var got document
			if err := yaml.Unmarshal([]byte(part), &got); err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			if got.Kind == "Kustomization" {
				kustomizations[got.Metadata.Name] = got
			}
			path := got.Spec.Path + got.Spec.Source.Path
			// mail is a folder of the reader's own repository.
			if path == "" || path == "mail" || path == "./mail" {
				continue
			}
			if _, err := os.Stat(filepath.Join(root, path)); err != nil {
				t.Errorf("%s: %v", file, err)
			}
			paths++
		}
	}
	if paths != 2 {
		t.Errorf("want a path to the base and one to the chart, found %d", paths)
	}
	base, err := os.ReadFile(root + "/gitops/kustomize/base/zegel.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if len(kustomizations["zegel"].Spec.Images) != 1 {
		t.Error("flux/zegel.yaml replaces no image")
	}
	for _, image := range kustomizations["zegel"].Spec.Images {
		if !strings.Contains(string(base), image.Name+":") {
			t.Errorf("the base has no image %s to replace", image.Name)
		}
	}
	for _, kustomization := range kustomizations {
		for _, needed := range kustomization.Spec.DependsOn {
			if _, known := kustomizations[needed.Name]; !known {
				t.Errorf("%s depends on %s, which is nowhere", kustomization.Metadata.Name, needed.Name)
			}
		}
	}
}

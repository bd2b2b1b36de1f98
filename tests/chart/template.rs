//! `helm template` over values as data, without a cluster: what it renders, or the words it refuses with.

use serde_json::{Value, json};

use crate::control_plane::{chart_dir, helm, run};

/// What the chart makes of values.
pub struct Rendered(Vec<Value>);

impl Rendered {
    /// Objects that something else rendered.
    pub fn of(objects: Vec<Value>) -> Self {
        Self(objects)
    }

    /// The objects of a kind.
    pub fn all(&self, kind: &str) -> Vec<&Value> {
        self.0.iter().filter(|object| object["kind"] == kind).collect()
    }

    /// The only object of a kind.
    pub fn one(&self, kind: &str) -> &Value {
        let all = self.all(kind);
        assert_eq!(all.len(), 1, "{kind}: {all:#?}");
        all[0]
    }

    /// All of it.
    pub fn objects(&self) -> &[Value] {
        &self.0
    }

    /// The spec of the controller's pod.
    pub fn pod(&self) -> &Value {
        &self.one("Deployment")["spec"]["template"]["spec"]
    }

    /// The controller's container.
    pub fn container(&self) -> &Value {
        &self.pod()["containers"][0]
    }

    /// The controller's arguments.
    pub fn args(&self) -> Vec<String> {
        strings(&self.container()["args"])
    }
}

/// A list of texts.
pub fn strings(list: &Value) -> Vec<String> {
    let items = list.as_array().into_iter().flatten();
    items.map(|item| item.as_str().unwrap().to_owned()).collect()
}

/// Renders release `zegel` in `zegel-system`, the image's place given unless `values` speak of it.
pub fn rendered(values: Value) -> Rendered {
    let text = helm_template("zegel", &with_image(values)).unwrap_or_else(|error| panic!("{error}"));
    Rendered(serde_saphyr::from_multiple(&text).unwrap())
}

/// The words with which values are refused.
pub fn refused(values: Value) -> String {
    match helm_template("zegel", &with_image(values.clone())) {
        Ok(_) => panic!("taken: {values}"),
        Err(words) => words,
    }
}

/// `helm template` of a release, with exactly these values as a file.
pub fn helm_template(release: &str, values: &str) -> Result<String, String> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), values).unwrap();
    let mut command = helm().unwrap();
    command
        .args([
            "template",
            release,
            chart_dir(),
            "--namespace",
            "zegel-system",
            "--values",
        ])
        .arg(file.path());
    run(command).map_err(|error| error.to_string())
}

/// The values as text, with a place for the image unless they name one.
pub fn with_image(mut values: Value) -> String {
    let image = &mut values["image"];
    if image.is_null() {
        *image = json!({});
    }
    if image.is_object() && image["repository"].is_null() {
        image["repository"] = json!("registry.example/zegel");
    }
    values.to_string()
}

/// The chart's own values.
pub fn defaults() -> Value {
    let text = std::fs::read_to_string(format!("{}/values.yaml", chart_dir())).unwrap();
    serde_saphyr::from_str(&text).unwrap()
}

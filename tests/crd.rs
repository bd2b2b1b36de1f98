//! The CRD: fresh on disk, and refused by the API server what is refused offline, with the same words.

const CRD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/crds/maildomains.zegel.dev.yaml");

#[test]
fn the_crd_on_disk_is_what_the_types_say() {
    let fresh = zegel::api::crd_yaml();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(CRD, &fresh).unwrap();
    }
    let stored = std::fs::read_to_string(CRD).unwrap_or_default();
    assert!(
        stored == fresh,
        "crds/maildomains.zegel.dev.yaml is stale: run `make crd` and commit what it writes"
    );
}

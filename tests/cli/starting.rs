//! What the controller and the check of an installation refuse before they talk to a cluster.

use std::path::Path;

use super::harness::{Run, folder, zegel_in};

/// A run that finds no cluster, were it to look for one.
fn without_cluster(args: &[&str]) -> Run {
    let nowhere = folder(&[]);
    let kubeconfig = nowhere.path().join("none");
    let kubeconfig = kubeconfig.to_str().expect("the path is UTF-8");
    let how = ["--resolver", "127.0.0.1"];
    zegel_in(
        &[("NO_COLOR", "1"), ("KUBECONFIG", kubeconfig)],
        &[args, &how].concat(),
        "",
    )
}

/// In an open cluster nobody heeds a grant, so nobody heeds the labels that one selects by; closed, the pair is taken.
#[test]
fn labels_of_namespaces_are_asked_for_in_a_closed_cluster_alone() {
    const REFUSED: &str = "--grant-selectors is for --tenancy Closed";
    for command in ["controller", "selfcheck"] {
        for (flags, is_refused) in [
            (&["--grant-selectors"][..], true),
            (&["--grant-selectors", "--tenancy", "Open"], true),
            (&["--tenancy", "open", "--grant-selectors"], true),
            (&["--grant-selectors", "--tenancy", "Closed"], false),
            (&["--tenancy", "Closed"], false),
            (&[], false),
        ] {
            let run = without_cluster(&[&[command], flags].concat());
            assert_eq!(
                (run.code, run.out.as_str()),
                (2, ""),
                "{command} {flags:?}: {run:?}"
            );
            let says = match is_refused {
                true => REFUSED,
                false => "no cluster to talk to",
            };
            assert!(run.err.contains(says), "{command} {flags:?}: {run:?}");
        }
    }
}

/// A folder for looks is tried at the start, not at the first look, and the trial leaves nothing behind.
#[test]
fn a_folder_that_can_keep_no_look_is_refused_at_the_start() {
    let fine = folder(&[("file", "")]);
    let below = |name: &str| fine.path().join(name);
    let keeps = |folder: &Path| {
        let folder = folder.to_str().expect("the path is UTF-8");
        without_cluster(&["controller", "--record-folder", folder])
    };
    // Nobody makes a file in /proc, whatever rights they have.
    for (wrong, why) in [
        (below("nope"), "No such file or directory"),
        (below("nope/deeper"), "No such file or directory"),
        (below("file"), "Not a directory"),
        (Path::new("/proc").to_owned(), ""),
    ] {
        let run = keeps(&wrong);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{run:?}");
        let says = format!("cannot keep looks in {}: ", wrong.display());
        assert!(run.err.contains(&says) && run.err.contains(why), "{run:?}");
        assert!(!run.err.contains("no cluster"), "{run:?}");
    }
    let run = keeps(fine.path());
    assert!(
        run.code == 2 && run.err.contains("no cluster to talk to"),
        "{run:?}"
    );
    let left = std::fs::read_dir(fine.path()).expect("it is there").count();
    assert_eq!(left, 1, "the file that was there before");
}

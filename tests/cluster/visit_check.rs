//! `kubectl zegel check`: what is in the cluster, judged from here beside the controller's word.

use serde_json::json;

use crate::stage::{Stage, WEAKER, run, spec, spec_with};
use crate::visit::of;

#[test]
fn what_is_in_the_cluster_is_judged_from_here_and_another_word_of_the_controller_is_told() {
    run(async {
        let stage = Stage::new("visited-check").await;
        stage.create("voorbeeld-nl", spec()).await;
        stage.ready("voorbeeld-nl", "True", "InSync").await;
        let resolver = stage.dns.address().to_string();
        let how = ["--resolver", &resolver, "--dnssec", "off", "--authorities", "off"];
        let check = |args: &[&str]| {
            let args = [args, &how].concat();
            tokio::task::block_in_place(|| of(&stage, &args))
        };
        let fine = check(&["check", "voorbeeld-nl"]);
        assert_eq!(fine.code, 0, "{}{}", fine.out, fine.err);
        assert!(
            fine.out.starts_with("voorbeeld.nl: ok: 2 of 2 records in sync")
                && fine.out.contains("(visited-check/voorbeeld-nl)\n"),
            "{}",
            fine.out
        );
        assert!(!fine.out.contains("the controller says"), "{}", fine.out);
        stage.dns.set(WEAKER);
        let wrong = check(&["check"]);
        assert_eq!(wrong.code, 1, "{}{}", wrong.out, wrong.err);
        assert!(
            wrong.out.contains(
                "visited-check/voorbeeld-nl: the controller says otherwise: Ready is True (InSync, for "
            ),
            "{}",
            wrong.out
        );
        let [json] = check(&["check", "-o", "json"]).lines().try_into().unwrap();
        assert_eq!(json["name"], "voorbeeld-nl");
        assert_eq!(json.get("line"), None);
        // Whoever may not have the domain is not judged as if he had it.
        stage
            .create("wedijver-nl", spec_with(json!({"settleWindow": "3s"})))
            .await;
        stage.ready("wedijver-nl", "False", "DomainConflict").await;
        let refused = check(&["check", "wedijver-nl"]);
        assert_eq!((refused.code, refused.out.as_str()), (2, ""), "{}", refused.err);
        let says = "error: visited-check/wedijver-nl: spec.domain: ";
        assert!(
            refused.err.contains(says) && refused.err.contains("belongs to MailDomain \"voorbeeld-nl\""),
            "{}",
            refused.err
        );
        stage.end().await;
    });
}

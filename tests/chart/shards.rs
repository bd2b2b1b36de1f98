//! Shards: the values that cannot be meant, and the Leases that may be written.

use serde_json::json;

use crate::template::{helm_template, rendered, with_image};

#[test]
fn ways_to_share_that_exclude_each_other_are_refused_in_words() {
    for (values, says) in [
        (json!({"replicas": 3}), "one standby is enough"),
        (
            json!({"leaderElection": {"enabled": false, "shards": 8}}),
            "every replica would write every status",
        ),
        (
            json!({"leaderElection": {"shards": 8}, "watch": {"shardSelector": "team=a"}}),
            "one way to share",
        ),
        (
            json!({"watch": {"labelSelector": "team=a", "shardSelector": "team=a"}}),
            "are both set",
        ),
    ] {
        let words = helm_template("zegel", &with_image(values.clone())).unwrap_err();
        assert!(words.contains(says), "{values}: {words}");
    }
}

#[test]
fn the_leases_of_all_shards_may_be_written_and_no_others() {
    let names = |values: serde_json::Value| {
        let text = helm_template("zegel", &with_image(values)).unwrap();
        let roles: Vec<serde_json::Value> = serde_saphyr::from_multiple(&text).unwrap();
        let role = roles
            .iter()
            .find(|object| object["kind"] == "Role")
            .unwrap()
            .clone();
        role["rules"][1]["resourceNames"].clone()
    };
    assert_eq!(names(json!({})), json!(["zegel"]));
    let three = json!({"replicas": 2, "leaderElection": {"shards": 3}});
    assert_eq!(
        names(three.clone()),
        json!(["zegel", "zegel-0-of-3", "zegel-1-of-3", "zegel-2-of-3"])
    );
    assert!(rendered(three).args().contains(&"--shards=3".to_owned()));
    // Its name follows from the selector, as the program makes it.
    assert!(names(json!({"watch": {"shardSelector": "team=a"}})).is_null());
}

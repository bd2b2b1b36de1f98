//! Files that are all wrong for one reason: that reason is told, once, and nothing that follows from it.

use zegel::rules::Severity;

use crate::facts::findings;
use crate::judged::{BODY, ZONE, file, judged_in};

const SPEC: &str = "{domain: a.nl, role: Mail, mtaSts: {mode: Enforce, mx: [mx1.a.nl], maxAge: 7d}, tlsRpt: {reports: ['mailto:t@a.nl']}}";

#[test]
fn one_fault_of_a_whole_file_is_one_finding() {
    let with = |from: &str, to: &str| BODY.replace(from, to);
    for (body, says) in [
        (String::new(), "an empty file"),
        ("\r\n \r\n".to_owned(), "an empty file"),
        (with("\n", "\r"), "a line that ends in CR alone, line 1"),
        (
            with("enforce\n", "enforce\r"),
            "a line that ends in CR alone, line 2",
        ),
        (
            with("version:", "version :"),
            "a blank before the colon in line 1: version : STSv1",
        ),
        (with("mode:", "mode\t:"), "a blank before the colon in line 2"),
        (
            with("mx:", " mx:"),
            "a blank before the key in line 3:  mx: mx1.a.nl",
        ),
        (
            with(":", " :"),
            "a blank before the colon in line 1: version : STSv1, the first of 4 such lines",
        ),
        (with("max_age:", "\tmax_age:"), "a blank before the key in line 4"),
    ] {
        let verdict = judged_in(ZONE, SPEC, file(&body));
        let of_policy = verdict
            .findings
            .iter()
            .filter(|one| one.rule.id.starts_with("STS"));
        let said: Vec<_> = of_policy.map(|one| (one.rule.id, one.severity)).collect();
        assert_eq!(said, [("STS-014", Severity::Error)], "{body:?}");
        let message = &findings(&verdict, "STS-014")[0].message;
        assert!(
            message.contains(says) && message.ends_with("senders find no policy"),
            "{message}"
        );
    }
}

//! The series of what was measured: which there are by default, and how many of a fleet that is bad all over.

use super::*;

/// What a leader of these objects says, of which so much was measured.
fn said_of(objects: impl IntoIterator<Item = (Watched, Measures)>, which: MetricsObjects) -> String {
    let tracker = Tracker::default();
    let objects: Vec<Watched> = objects
        .into_iter()
        .map(|(object, measures)| {
            tracker.begin(object.uid());
            tracker.change(&object, |tracked| tracked.measures = measures);
            object
        })
        .collect();
    let mut text = String::new();
    encode(&mut text, &registry(objects, which, "team", tracker, None)).unwrap();
    text
}

#[tokio::test]
async fn what_comes_near_its_end_has_series_and_what_is_far_from_it_counts_only() {
    let far = 4_000_000_000;
    let fleet = || {
        [
            (good("n", "a"), measured(8, far)),
            (good("n", "b"), measured(7, 1000)),
            (good("n", "c"), measured(7, far)),
            (good("o", "d"), Measures::default()),
        ]
    };
    let single = |text: &str| -> Vec<String> {
        let lines = text.lines().filter(|line| {
            let is_of = |name: &str| line.starts_with(name);
            [
                "zegel_maildomain_spf_",
                "zegel_maildomain_end_",
                "zegel_maildomain_renewal_",
                "zegel_maildomain_info{",
                "zegel_maildomain_labels{",
            ]
            .into_iter()
            .any(is_of)
        });
        let mut lines: Vec<String> = lines.map(str::to_owned).collect();
        lines.sort_unstable();
        lines
    };
    let text = said_of(fleet(), MetricsObjects::Problems);
    // With what it takes to join them.
    assert_eq!(
        single(&text),
        [
            r#"zegel_maildomain_end_timestamp_seconds{namespace="n",name="b",domain="b.nl",kind="Certificate"} 1000"#,
            r#"zegel_maildomain_info{namespace="n",name="a",domain="a.nl"} 1"#,
            r#"zegel_maildomain_info{namespace="n",name="b",domain="b.nl"} 1"#,
            r#"zegel_maildomain_labels{namespace="n",name="a",domain="a.nl"} 1"#,
            r#"zegel_maildomain_labels{namespace="n",name="b",domain="b.nl"} 1"#,
            r#"zegel_maildomain_renewal_timestamp_seconds{namespace="n",name="b",domain="b.nl",kind="Certificate"} 990"#,
            r#"zegel_maildomain_spf_lookups{namespace="n",name="a",domain="a.nl"} 8"#,
        ]
    );
    let counts = [
        r#"zegel_maildomains_spf_lookups{lookups="7"} 2"#,
        r#"zegel_maildomains_spf_lookups{lookups="8"} 1"#,
        r#"zegel_maildomains_spf_lookups{lookups="Over"} 0"#,
        r#"zegel_maildomains_earliest_end_timestamp_seconds{namespace="n",kind="Certificate"} 1000"#,
    ];
    let none = said_of(fleet(), MetricsObjects::None);
    for line in counts {
        let has = |text: &str| text.lines().any(|other| other == line);
        assert!(has(&text) && has(&none), "{line}\n{text}");
    }
    assert_eq!(single(&none), [""; 0]);
    let all = single(&said_of(fleet(), MetricsObjects::All));
    let of = |what: &str| all.iter().filter(|line| line.starts_with(what)).count();
    assert_eq!((of("zegel_maildomain_spf_"), of("zegel_maildomain_end_")), (3, 3));
    // Each end with its renewal beside it, that of what is far as well: who asks what is due compares it with the time.
    assert_eq!(of("zegel_maildomain_renewal_"), 3);
    assert!(
        all.iter()
            .any(|line| line.starts_with("zegel_maildomain_renewal_") && line.ends_with(" 3999999990"))
    );
}

/// However many come near their ends at once: of each metric the worst have series.
#[tokio::test]
async fn a_fleet_that_is_measured_bad_all_over_stays_small_too() {
    let kind = good("gemeenten", "");
    let fleet = (0..10_000).map(|number| {
        let name = format!("gemeente-nummer-{number}");
        let mut object = kind.clone();
        object.set_domain(&format!("{name}.nl"));
        let meta = object.meta_mut();
        (meta.uid, meta.name) = (Some(name.clone()), Some(name));
        (object, measured(8 + u32::from(number == 777), 1000 - number))
    });
    let text = said_of(fleet, MetricsObjects::Problems);
    let of = |what: &str| -> Vec<&str> { text.lines().filter(|line| line.starts_with(what)).collect() };
    let (lookups, ends) = (of("zegel_maildomain_spf_"), of("zegel_maildomain_end_"));
    assert_eq!(
        (lookups.len(), ends.len(), of("zegel_maildomain_renewal_").len()),
        (200, 200, 200)
    );
    assert!(
        lookups.iter().any(|line| line.contains("nummer-777\"")),
        "the worst"
    );
    assert!(
        ends.iter().all(|line| line.contains("nummer-9")),
        "the first to end"
    );
    assert!(text.len() < 200_000, "{}", text.len());
}

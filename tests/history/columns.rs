//! What `kubectl get` shows: the columns fit a terminal, and an error is seen whoever manages the record.

use zegel::api::crd;

/// How wide a column's values get for a domain with a short name.
fn width(column: &str) -> usize {
    match column {
        "Name" | "Domain" => "voorbeeld.nl".len(),
        "Ready" | "SPF" | "DKIM" | "DMARC" => "False".len(),
        "Status" => "Noncompliant".len(),
        "Records" => "5/5".len(),
        "Errors" => "12".len(),
        other => panic!("how wide is {other}?"),
    }
}

#[test]
fn what_kubectl_get_shows_fits_a_hundred_columns_and_counts_errors() {
    let crd = crd();
    let columns = crd.spec.versions[0].additional_printer_columns.clone().unwrap();
    let shown: Vec<&str> = columns
        .iter()
        .filter(|column| column.priority.unwrap_or(0) == 0)
        .map(|column| column.name.as_str())
        .collect();
    assert_eq!(
        shown,
        [
            "Domain", "Ready", "Status", "Records", "SPF", "DKIM", "DMARC", "Errors",
        ]
    );
    let errors = columns.iter().find(|column| column.name == "Errors").unwrap();
    assert_eq!(errors.json_path, ".status.summary.errors");
    // kubectl puts three spaces between columns.
    let all = ["Name"].iter().chain(&shown);
    let line: usize = all.map(|column| width(column).max(column.len()) + 3).sum();
    assert!(line - 3 <= 100, "{}", line - 3);
}

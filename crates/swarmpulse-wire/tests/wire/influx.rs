//! InfluxDB's line protocol: names, escapes, times, and lines that are none.

use proptest::prelude::*;
use swarmpulse_model::series::{LabelBytes, SampleBatch};
use swarmpulse_wire::influx::{InfluxOptions, InfluxTaken, Precision, decode};

const NOW_MS: i64 = 1_795_000_000_000;

fn read(body: &[u8], precision: Precision) -> (Vec<String>, InfluxTaken) {
    let labels = [("db".to_owned(), "fleet".to_owned())];
    let options = InfluxOptions {
        precision,
        now_ms: NOW_MS,
        labels: &labels,
        samples_max: 100,
        label_bytes_max: 1 << 20,
    };
    let mut batch = SampleBatch::default();
    let taken = decode(body, &options, &mut batch);
    let one = |series| {
        let labels = LabelBytes::parse(batch.labels_of(series)).unwrap();
        let sample = batch.samples_of(series)[0];
        format!("{labels} {} {}", sample.value, sample.at_ms - NOW_MS)
    };
    (batch.series.iter().map(one).collect(), taken)
}

#[test]
fn every_number_of_a_line_is_a_sample() {
    for (line, expected) in [
        ("cpu usage=0.5", &[r#"cpu_usage{db="fleet"} 0.5 0"#][..]),
        (
            "cpu,host=a,zone=eu usage=0.5,count=3i,size=4u,up=t,down=False 1795000000000000000",
            &[
                r#"cpu_usage{db="fleet", host="a", zone="eu"} 0.5 0"#,
                r#"cpu_count{db="fleet", host="a", zone="eu"} 3 0"#,
                r#"cpu_size{db="fleet", host="a", zone="eu"} 4 0"#,
                r#"cpu_up{db="fleet", host="a", zone="eu"} 1 0"#,
                r#"cpu_down{db="fleet", host="a", zone="eu"} 0 0"#,
            ],
        ),
        ("cpu,db=own value=1e3", &[r#"cpu_value{db="own"} 1000 0"#]),
        (
            r"my\ disk\,x,path=C:\ \=\,\\,n\q=1 free=2 1795000000001999999",
            &[r#"my disk,x_free{db="fleet", n\q="1", path="C: =,\\"} 2 1"#],
        ),
        (
            "cpu a=-9223372036854775808i,b=18446744073709551615u",
            &[
                r#"cpu_a{db="fleet"} -9223372036854776000 0"#,
                r#"cpu_b{db="fleet"} 18446744073709552000 0"#,
            ],
        ),
        ("# a remark\n\n  cpu   a=1   \r\n", &[r#"cpu_a{db="fleet"} 1 0"#]),
    ] {
        let (samples, taken) = read(line.as_bytes(), Precision::Nanoseconds);
        assert_eq!(taken, InfluxTaken::default(), "{line}");
        assert_eq!(samples, expected, "{line}");
    }
}

#[test]
fn texts_are_counted_whatever_is_in_them() {
    let body = "log,host=a text=\"a, b=\\\"c\\\" \n# d\",n=1\nlog text=\"only\"\nlog n=2\n";
    let (samples, taken) = read(body.as_bytes(), Precision::Nanoseconds);
    assert_eq!(
        samples,
        [r#"log_n{db="fleet", host="a"} 1 0"#, r#"log_n{db="fleet"} 2 0"#]
    );
    assert_eq!((taken.texts, taken.refused_lines), (2, 0));
}

#[test]
fn a_bad_line_costs_only_itself_and_is_told_by_its_number() {
    for (line, problem) in [
        ("cpu", "no fields"),
        ("cpu ", "no fields"),
        (",host=a v=1", "no measurement"),
        ("cpu,host v=1", "a tag without `=`"),
        ("cpu,host= v=1", "a tag without a name or a value"),
        ("cpu,=a v=1", "a tag without a name or a value"),
        ("cpu v", "a field without `=`"),
        ("cpu =1", "a field without a name"),
        ("cpu v=", "no number"),
        ("cpu v=NaN", "no number"),
        ("cpu v=inf", "no number"),
        ("cpu v=1.5i", "no number"),
        ("cpu v=-1u", "no number"),
        ("cpu v=1,", "a field without `=`"),
        ("cpu v=1 soon", "a time that is no whole number"),
        ("cpu v=1 1 2", "a time that is no whole number"),
        ("cpu v=\"open", "a quote that never closes"),
        ("cpu v=\"a\"b", "after a field"),
    ] {
        let body = format!("a v=1\ntext v=\"two\nlines\"\n{line}\nb v=2\n");
        let (samples, taken) = read(body.as_bytes(), Precision::Nanoseconds);
        assert_eq!(
            samples,
            [r#"a_v{db="fleet"} 1 0"#, r#"b_v{db="fleet"} 2 0"#],
            "{line}"
        );
        assert_eq!(taken.refused_lines, 1, "{line}");
        let error = &taken.errors[0];
        assert!(
            error.starts_with("line 4: ") && error.contains(problem),
            "{line}: {error}"
        );
    }
    let (samples, taken) = read(b"a v=1\n\xff v=2\nb v=3", Precision::Nanoseconds);
    assert_eq!((samples.len(), taken.refused_lines), (2, 1));
}

#[test]
fn times_are_of_the_precision_that_was_said() {
    for (name, time, after) in [
        ("", "1795000000001000000", 1),
        ("ns", "1795000000001000000", 1),
        ("us", "1795000000001000", 1),
        ("u", "1795000000001000", 1),
        ("ms", "1795000000001", 1),
        ("s", "1795000001", 1000),
        ("m", "29916667", 20_000),
        ("h", "498611", -400_000),
    ] {
        let precision = Precision::parse(name).unwrap();
        let (samples, _) = read(format!("a v=1 {time}").as_bytes(), precision);
        assert_eq!(samples, [format!(r#"a_v{{db="fleet"}} 1 {after}"#)], "{name}");
    }
    assert_eq!(Precision::parse("fortnight"), None);
    let (_, taken) = read(b"a v=1 9223372036854775807", Precision::Hours);
    assert!(taken.errors[0].contains("a time out of bounds"), "{taken:?}");
}

#[test]
fn a_flood_ends_at_the_limit() {
    let body = "a v=1\n".repeat(150);
    let (samples, taken) = read(body.as_bytes(), Precision::Nanoseconds);
    assert_eq!(
        (samples.len(), taken.refused_lines, taken.errors.len()),
        (100, 50, 16)
    );
}

proptest! {
    #[test]
    fn no_body_breaks_the_decoder(text in "[a,= \\\\\"\n#0-9it]{0,120}", bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        for body in [text.as_bytes(), &bytes] {
            let options = InfluxOptions {
                precision: Precision::Seconds,
                now_ms: NOW_MS,
                labels: &[],
                samples_max: 10,
                label_bytes_max: 1000,
            };
            let mut batch = SampleBatch::default();
            decode(body, &options, &mut batch);
            for series in &batch.series {
                prop_assert_eq!(batch.samples_of(series).len(), 1);
            }
        }
    }
}

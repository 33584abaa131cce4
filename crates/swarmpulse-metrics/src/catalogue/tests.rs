//! The catalogue comes back as it was written, cut wherever it may be.

use proptest::prelude::*;
use swarmpulse_model::Labels;

use super::load::{CatalogueVisitor, Loaded, fuzz_catalogue};
use super::{Catalogue, load, path};
use crate::index::Index;

/// Collects what is read.
#[derive(Default)]
struct Read {
    labels: Vec<(String, String)>,
    series: Vec<(u32, Vec<(String, String)>)>,
}

impl CatalogueVisitor for Read {
    fn label(&mut self, name: &str, value: &str) {
        self.labels.push((name.to_owned(), value.to_owned()));
    }

    fn series(&mut self, series: u32, labels: &[u32]) -> bool {
        let of = |label: &u32| self.labels[*label as usize].clone();
        self.series.push((series, labels.iter().map(of).collect()));
        true
    }
}

fn index(series: u32) -> Index {
    let mut index = Index::new();
    for n in 0..series {
        let n = n.to_string();
        let labels = Labels::from_pairs([("__name__", "m"), ("n", n.as_str()), ("kind", "bot")]);
        index.create(&labels).unwrap();
    }
    index
}

fn write(catalogue: &mut Catalogue, index: &Index) {
    for page in 0..index.table.pages() {
        catalogue.add_page(index, page).unwrap();
    }
    catalogue.sync().unwrap();
}

#[test]
fn it_is_appended_to_and_written_anew() {
    let folder = tempfile::tempdir().unwrap();
    let first = index(300);
    let mut catalogue = Catalogue::open(folder.path(), &Loaded::default(), &[]).unwrap();
    write(&mut catalogue, &first);
    let mut read = Read::default();
    let loaded = load(folder.path(), &mut read).unwrap();
    assert_eq!(
        (loaded.series, loaded.last_series, loaded.damage.as_ref()),
        (300, 299, None)
    );
    assert_eq!(read.series.len(), 300);
    assert_eq!(read.series[7].1[2], ("n".to_owned(), "7".to_owned()));
    // Opened again, the labels that are there are not written again.
    let more = index(301);
    let pairs: Vec<u32> = read
        .labels
        .iter()
        .map(|(name, value)| more.pairs.find(name, value).unwrap())
        .collect();
    let mut catalogue = Catalogue::open(folder.path(), &loaded, &pairs).unwrap();
    assert_eq!(catalogue.next(), 300);
    write(&mut catalogue, &more);
    let mut read = Read::default();
    load(folder.path(), &mut read).unwrap();
    assert_eq!((read.series.len(), read.labels.len()), (301, 303));
    let mut renewed = catalogue.renew().unwrap();
    write(&mut renewed, &index(5));
    let renewed = renewed.replace().unwrap();
    assert_eq!(renewed.series(), 5);
    let mut read = Read::default();
    assert_eq!(load(folder.path(), &mut read).unwrap().series, 5);
}

#[test]
fn a_cut_file_gives_whole_blocks() {
    let folder = tempfile::tempdir().unwrap();
    let mut catalogue = Catalogue::open(folder.path(), &Loaded::default(), &[]).unwrap();
    for series in [3, 6, 9] {
        write(&mut catalogue, &index(series));
    }
    let bytes = std::fs::read(path(folder.path())).unwrap();
    let mut seen = std::collections::BTreeSet::new();
    for cut in 0..=bytes.len() {
        std::fs::write(path(folder.path()), &bytes[..cut]).unwrap();
        let mut read = Read::default();
        let loaded = load(folder.path(), &mut read).unwrap();
        assert!(loaded.good_bytes as usize <= cut);
        assert_eq!(loaded.damage.is_some(), loaded.good_bytes as usize != cut);
        seen.insert(loaded.series);
    }
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), [0, 3, 6, 9]);
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(prop_oneof![0u8..4, any::<u8>()], 0..200)) {
        fuzz_catalogue(&bytes);
    }
}

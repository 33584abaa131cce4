//! Groups of messages that say the same: a template each, found by its folded text or by likeness, at most so many.
//!
//! After He, Zhu, Zheng and Lyu (2017), "Drain: an online log parsing approach with fixed depth tree": messages of as
//! many words that agree in most of them are one, and the words in which they differ become `<*>`. Folding comes first,
//! so that nearly every message finds its group by one look-up.

use swarmpulse_model::{Text, Timestamp};
use xxhash_rust::xxh3::xxh3_64;

use super::class::ErrorClass;
use super::fold;
use super::generations::{ByHash, Generations};
use super::shorten;
use super::tally::{Ring, hour_of, span_of};
use super::top::Top;

/// Groups at most.
pub(super) const GROUPS_MAX: usize = 500;
/// Folded texts that lead to a group at most; when there are more, each group keeps its own alone.
const WAYS_MAX: usize = 4096;
/// Groups that were forgotten and are no news when they come again.
const FORGOTTEN_MAX: usize = 8192;
/// The share of words that must agree.
const LIKENESS: f64 = 0.75;
/// Fewer words than that must agree in all.
const WORDS_MIN: usize = 4;
/// Bytes of an example that are kept.
const EXAMPLE_BYTES: usize = 300;
/// Bytes of a template that are kept.
const TEMPLATE_BYTES: usize = 300;
/// A group is worth half as much an hour after it was last seen, when one must go.
const HALF_LIFE_S: f64 = 3600.0;

/// Messages that say the same. About 1.5 KB.
#[derive(Debug)]
pub(super) struct Group {
    /// The hash of the folded text that it began with.
    pub(super) id: u64,
    words: Vec<u32>,
    text: Vec<Text>,
    /// How often it came.
    pub(super) count: u64,
    /// When first.
    pub(super) first: Timestamp,
    /// When last.
    pub(super) last: Timestamp,
    /// How many tasks and calls had ended when it came first.
    pub(super) ended_before: u64,
    /// Whether it was there before it was forgotten once.
    pub(super) known_before: bool,
    /// By spans of five minutes, all counted as failed.
    pub(super) spans: Ring,
    /// By hours.
    pub(super) hours: Ring,
    /// One of its messages, shortened.
    pub(super) example: Text,
    /// Its class.
    pub(super) class: ErrorClass,
    /// What the error is called.
    pub(super) name: Text,
    /// The task types that it struck most.
    pub(super) types: Top,
    /// The agents.
    pub(super) agents: Top,
    /// The services.
    pub(super) services: Top,
    /// The binary logarithm of its decayed count, as of the epoch.
    worth: f64,
}

impl Group {
    /// The message with marks for what differs.
    pub(super) fn template(&self) -> String {
        shorten(&self.text.join(" "), TEMPLATE_BYTES).to_owned()
    }
}

/// A message on its way to its group.
#[derive(Clone, Copy, Debug)]
pub(super) struct Message<'a> {
    pub(super) text: &'a str,
    pub(super) class: ErrorClass,
    pub(super) name: &'a str,
    pub(super) task_type: Option<&'a Text>,
    pub(super) agent: Option<&'a Text>,
    pub(super) service: Option<&'a Text>,
    /// How many tasks and calls have ended so far.
    pub(super) ended: u64,
}

/// All groups of a namespace.
#[derive(Debug)]
pub(super) struct Groups {
    groups: Vec<Group>,
    /// Place and id of the group that a folded text leads to; another may be in that place by now.
    ways: ByHash<(u32, u64)>,
    forgotten: Generations<()>,
    evicted: u64,
    folded: String,
}

impl Groups {
    pub(super) fn new() -> Self {
        Self {
            groups: Vec::new(),
            ways: ByHash::default(),
            forgotten: Generations::new(FORGOTTEN_MAX, 24 * 3_600 * 1_000_000_000),
            evicted: 0,
            folded: String::new(),
        }
    }

    /// All groups, in no order that means anything but always the same.
    pub(super) fn all(&self) -> &[Group] {
        &self.groups
    }

    /// How many groups were given up for want of room since it was last asked.
    pub(super) fn take_evicted(&mut self) -> u64 {
        std::mem::take(&mut self.evicted)
    }

    /// Counts a message in its group.
    pub(super) fn add(&mut self, message: &Message<'_>, now: Timestamp) {
        let mut folded = std::mem::take(&mut self.folded);
        folded.clear();
        fold::fold(telling(message.text), &mut folded);
        let key = xxh3_64(folded.as_bytes());
        let index = match self.ways.get(&key) {
            Some((index, id)) if self.groups[*index as usize].id == *id => *index as usize,
            _ => self.find_or_make(key, &folded, message, now),
        };
        self.folded = folded;
        let group = &mut self.groups[index];
        group.count += 1;
        group.last = now;
        group.spans.count(span_of(now), 0, 1);
        group.hours.count(hour_of(now), 0, 1);
        // log2(2^worth + 2^now): a count that halves with time, compared without touching what is idle.
        let now = now.unix_s() / HALF_LIFE_S;
        group.worth = now + (1.0 + (group.worth - now).exp2()).log2();
        group.types.add(message.task_type);
        group.agents.add(message.agent);
        group.services.add(message.service);
    }

    #[cold]
    fn find_or_make(&mut self, key: u64, folded: &str, message: &Message<'_>, now: Timestamp) -> usize {
        let words: Vec<u32> = folded
            .split(' ')
            .map(|word| xxh3_64(word.as_bytes()) as u32)
            .collect();
        let index = match self.alike(&words, message.class) {
            Some(index) => {
                let group = &mut self.groups[index];
                for (number, word) in words.iter().enumerate() {
                    if group.words[number] != *word {
                        group.words[number] = ANY;
                        group.text[number] = "<*>".into();
                    }
                }
                index
            }
            None => self.make(key, words, folded, message, now),
        };
        if self.ways.len() >= WAYS_MAX {
            self.ways.clear();
            for (number, group) in self.groups.iter().enumerate() {
                self.ways.insert(group.id, (number as u32, group.id));
            }
        }
        self.ways.insert(key, (index as u32, self.groups[index].id));
        index
    }

    /// The group whose words agree most, if they agree enough.
    fn alike(&self, words: &[u32], class: ErrorClass) -> Option<usize> {
        if words.len() < WORDS_MIN {
            return None;
        }
        let enough = (words.len() as f64 * LIKENESS).ceil() as usize;
        let mut best = None;
        for (index, group) in self.groups.iter().enumerate() {
            if group.words.len() != words.len() || group.class != class {
                continue;
            }
            let same = group
                .words
                .iter()
                .zip(words)
                .filter(|(ours, theirs)| ours == theirs)
                .count();
            if same >= enough && best.is_none_or(|(most, _)| same > most) {
                best = Some((same, index));
            }
        }
        best.map(|(_, index)| index)
    }

    fn make(
        &mut self,
        key: u64,
        words: Vec<u32>,
        folded: &str,
        message: &Message<'_>,
        now: Timestamp,
    ) -> usize {
        let group = Group {
            id: key,
            words,
            text: folded.split(' ').map(Text::from).collect(),
            count: 0,
            first: now,
            last: now,
            ended_before: message.ended,
            known_before: self.forgotten.get(key).is_some(),
            spans: Ring::default(),
            hours: Ring::default(),
            example: shorten(telling(message.text).trim(), EXAMPLE_BYTES).into(),
            class: message.class,
            name: message.name.into(),
            types: Top::default(),
            agents: Top::default(),
            services: Top::default(),
            worth: f64::NEG_INFINITY,
        };
        if self.groups.len() < GROUPS_MAX {
            self.groups.push(group);
            return self.groups.len() - 1;
        }
        let least = |(_, a): &(usize, &Group), (_, b): &(usize, &Group)| a.worth.total_cmp(&b.worth);
        let index = self
            .groups
            .iter()
            .enumerate()
            .min_by(least)
            .map_or(0, |(index, _)| index);
        let gone = std::mem::replace(&mut self.groups[index], group);
        self.forgotten.set(gone.id, (), now);
        self.evicted += 1;
        index
    }
}

/// The part of a message that tells what went wrong: of a Python traceback the last line.
fn telling(text: &str) -> &str {
    if !text.starts_with("Traceback (") {
        return text;
    }
    text.trim_end().lines().next_back().unwrap_or(text)
}

/// The mark for a word in which messages differ; no word hashes to it but by a chance of one in four billion.
const ANY: u32 = 0;

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> Message<'_> {
        Message {
            text,
            class: ErrorClass::of_text(text),
            name: "Error",
            task_type: None,
            agent: None,
            service: None,
            ended: 0,
        }
    }

    fn grouped(texts: &[String]) -> Vec<(String, u64)> {
        let mut groups = Groups::new();
        for text in texts {
            groups.add(&message(text), Timestamp(0));
        }
        groups
            .all()
            .iter()
            .map(|group| (group.template(), group.count))
            .collect()
    }

    #[test]
    fn messages_that_differ_in_numbers_or_a_word_are_one_group() {
        let mut texts: Vec<String> = (0..50)
            .map(|n| format!("request {n} to 10.0.0.{n}:80 timed out after {n}.5s"))
            .collect();
        texts.extend(["alice", "bob", "eve"].map(|who| format!("user {who} was not found in the directory")));
        texts.push("database is locked".to_owned());
        let groups = grouped(&texts);
        assert_eq!(
            groups,
            [
                ("request <n> to <address> timed out after <n>s".to_owned(), 50),
                ("user <*> was not found in the directory".to_owned(), 3),
                ("database is locked".to_owned(), 1),
            ]
        );
    }

    #[test]
    fn short_messages_and_other_classes_stay_apart() {
        let texts = [
            "db is down",
            "cache is down",
            "call of db timed out now",
            "call of db was refused now",
        ];
        assert_eq!(grouped(&texts.map(String::from)).len(), 4);
    }

    #[test]
    fn a_flood_of_other_messages_does_not_push_out_what_is_frequent() {
        let mut groups = Groups::new();
        let word = |n: usize| -> String {
            (0..6)
                .map(|place| char::from(b'a' + (n >> (4 * place) & 15) as u8))
                .collect()
        };
        for n in 0..5000 {
            let at = Timestamp::from_unix_s(n as f64);
            groups.add(&message(&format!("{} {}", word(n), word(n * 7 + 1))), at);
            groups.add(&message("the usual trouble"), at);
        }
        assert_eq!(groups.all().len(), GROUPS_MAX);
        assert!(groups.ways.len() <= WAYS_MAX);
        let usual = groups
            .all()
            .iter()
            .find(|group| group.template() == "the usual trouble")
            .unwrap();
        assert_eq!(usual.count, 5000);
        assert_eq!(groups.take_evicted(), 5001 - GROUPS_MAX as u64);
        let text = format!("{} {}", word(3), word(22));
        groups.add(&message(&text), Timestamp::from_unix_s(5000.0));
        let again = groups
            .all()
            .iter()
            .find(|group| group.template() == text)
            .unwrap();
        assert!(again.known_before, "it was forgotten, and is no news");
    }
}

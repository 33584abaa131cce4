//! The attachment of a message to Slack, in people's own words.

use swarmpulse_yaml::{Fields, Node};

use super::reader::Reader;
use crate::wording::Wording;

/// An attachment in other words than ours. What is not there is said in ours.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SlackAttachment {
    /// `good`, `warning`, `danger` or `#RRGGBB`.
    pub color: Option<Wording>,
    /// Its first line.
    pub title: Option<Wording>,
    /// Where the title leads.
    pub title_link: Option<Wording>,
    /// What stands above it.
    pub pretext: Option<Wording>,
    /// What it says.
    pub text: Option<Wording>,
    /// What stands below it.
    pub footer: Option<Wording>,
    /// What is shown where attachments are not.
    pub fallback: Option<Wording>,
    /// By which an app knows it.
    pub callback_id: Option<Wording>,
    /// A picture.
    pub image_url: Option<Wording>,
    /// A small picture.
    pub thumb_url: Option<Wording>,
    /// Names with their values.
    pub fields: Vec<SlackField>,
    /// Buttons.
    pub actions: Vec<SlackAction>,
    /// Whether names of channels and people become links.
    pub link_names: bool,
    /// Which of `pretext`, `text` and `fields` are in Slack's markup; none: all.
    pub mrkdwn_in: Vec<String>,
}

/// A name with its value.
#[derive(Clone, Debug, PartialEq)]
pub struct SlackField {
    /// The name.
    pub title: Wording,
    /// The value.
    pub value: Wording,
    /// Whether two fit side by side.
    pub short: bool,
}

/// A button.
#[derive(Clone, Debug, PartialEq)]
pub struct SlackAction {
    /// `button`.
    pub kind: Wording,
    /// What stands on it.
    pub text: Wording,
    /// Where it leads.
    pub url: Option<Wording>,
    /// `primary` or `danger`.
    pub style: Option<Wording>,
    /// What an app calls it.
    pub name: Option<Wording>,
    /// What an app is told.
    pub value: Option<Wording>,
}

impl SlackAttachment {
    pub(super) fn read(fields: &mut Fields<'_>, reader: &mut Reader<'_>) -> Self {
        let short = fields.boolean("short_fields", &mut reader.faults);
        let nodes = fields.list("fields", &mut reader.faults);
        let field_list = nodes
            .iter()
            .filter_map(|node| field(node, short.unwrap_or(false), reader));
        let field_list = field_list.collect();
        let nodes = fields.list("actions", &mut reader.faults);
        let actions = nodes.iter().filter_map(|node| action(node, reader)).collect();
        let marked = fields.texts("mrkdwn_in", &mut reader.faults);
        Self {
            color: reader.wording(fields, "color"),
            title: reader.wording(fields, "title"),
            title_link: reader.wording(fields, "title_link"),
            pretext: reader.wording(fields, "pretext"),
            text: reader.wording(fields, "text"),
            footer: reader.wording(fields, "footer"),
            fallback: reader.wording(fields, "fallback"),
            callback_id: reader.wording(fields, "callback_id"),
            image_url: reader.wording(fields, "image_url"),
            thumb_url: reader.wording(fields, "thumb_url"),
            fields: field_list,
            actions,
            link_names: fields.boolean("link_names", &mut reader.faults).unwrap_or(false),
            mrkdwn_in: marked.into_iter().map(|(text, _)| text.to_owned()).collect(),
        }
    }

    /// Whether anything of it is said otherwise than in our words; a colour alone is not.
    pub(crate) fn is_wanted(&self) -> bool {
        let words = [
            &self.title,
            &self.title_link,
            &self.pretext,
            &self.text,
            &self.footer,
            &self.callback_id,
            &self.image_url,
            &self.thumb_url,
        ];
        words.iter().any(|wording| wording.is_some()) || !self.fields.is_empty() || !self.actions.is_empty()
    }
}

fn needed(fields: &mut Fields<'_>, key: &'static str, reader: &mut Reader<'_>) -> Option<Wording> {
    let text = fields.required(key, &mut reader.faults)?;
    reader.wording_of(key, text, fields.place(key))
}

fn field(node: &Node, short: bool, reader: &mut Reader<'_>) -> Option<SlackField> {
    let mut fields = reader.fields(node, "a field")?;
    let title = needed(&mut fields, "title", reader);
    let value = needed(&mut fields, "value", reader);
    let own = fields.boolean("short", &mut reader.faults);
    fields.finish(&mut reader.faults);
    Some(SlackField {
        title: title?,
        value: value?,
        short: own.unwrap_or(short),
    })
}

fn action(node: &Node, reader: &mut Reader<'_>) -> Option<SlackAction> {
    let mut fields = reader.fields(node, "an action")?;
    let kind = needed(&mut fields, "type", reader);
    let text = needed(&mut fields, "text", reader);
    let action = SlackAction {
        kind: kind?,
        text: text?,
        url: reader.wording(&mut fields, "url"),
        style: reader.wording(&mut fields, "style"),
        name: reader.wording(&mut fields, "name"),
        value: reader.wording(&mut fields, "value"),
    };
    fields.unused(&["confirm"], "a button does what it says", &mut reader.faults);
    fields.finish(&mut reader.faults);
    Some(action)
}

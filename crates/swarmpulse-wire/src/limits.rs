//! How much of what is sent is taken in.

/// The bounds of a body and of each item in it. Sizes of texts are in bytes of UTF-8, after unescaping
/// and redaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// A body as it comes over the wire; enforced by whoever reads it.
    pub body_bytes: usize,
    /// A body after decompression; a larger one is refused whole.
    pub decompressed_bytes: usize,
    /// Items in a body; a body of more is refused whole.
    pub items: usize,
    /// An id or the name of a kind, type, host or queue; ids never exceed 200 whatever this says.
    pub id_bytes: usize,
    /// Any other text field.
    pub text_bytes: usize,
    /// Attributes of one record.
    pub attributes: usize,
    /// The name of an attribute or metric.
    pub attribute_key_bytes: usize,
    /// The value of an attribute; of an array or object its compact JSON text.
    pub attribute_value_bytes: usize,
    /// Metrics of one heartbeat.
    pub metrics: usize,
    /// Arrays and objects within each other, the body's own array included; at most 128.
    pub nesting: usize,
    /// The data of an event, as compact JSON text.
    pub event_data_bytes: usize,
    /// Services that one service depends on.
    pub depends_on: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 16 << 20,
            decompressed_bytes: 64 << 20,
            items: 100_000,
            id_bytes: 200,
            text_bytes: 4096,
            attributes: 64,
            attribute_key_bytes: 128,
            attribute_value_bytes: 8192,
            metrics: 64,
            nesting: 64,
            event_data_bytes: 65_536,
            depends_on: 64,
        }
    }
}

/// The bounds of a body of alerts and of each alert in it. Sizes are in bytes of UTF-8, after unescaping and redaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertLimits {
    /// A body after decompression; a larger one is refused whole.
    pub decompressed_bytes: usize,
    /// Alerts in a body; a body of more is refused whole.
    pub alerts: usize,
    /// Labels of one alert; annotations as many again.
    pub labels: usize,
    /// A label's or annotation's name.
    pub name_bytes: usize,
    /// The value of one, or an address.
    pub value_bytes: usize,
    /// All labels and annotations of one alert together.
    pub alert_bytes: usize,
}

impl Default for AlertLimits {
    fn default() -> Self {
        Self {
            decompressed_bytes: 16 << 20,
            alerts: 10_000,
            labels: 64,
            name_bytes: 256,
            value_bytes: 8192,
            alert_bytes: 16 << 10,
        }
    }
}

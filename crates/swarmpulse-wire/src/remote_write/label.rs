//! Labels written in the form of `LabelBytes`, from bytes that nobody has checked yet: the store does that.

/// Appends one label.
pub(super) fn push(into: &mut Vec<u8>, name: &[u8], value: &[u8]) {
    let inner = 2 + varint_bytes(name.len()) + name.len() + varint_bytes(value.len()) + value.len();
    into.push(0x0A);
    push_varint(into, inner);
    into.push(0x0A);
    push_varint(into, name.len());
    into.extend_from_slice(name);
    into.push(0x12);
    push_varint(into, value.len());
    into.extend_from_slice(value);
}

/// Appends a label message as it came.
pub(super) fn push_message(into: &mut Vec<u8>, message: &[u8]) {
    into.push(0x0A);
    push_varint(into, message.len());
    into.extend_from_slice(message);
}

fn varint_bytes(value: usize) -> usize {
    let bits = usize::BITS - value.leading_zeros();
    (bits.max(1) as usize).div_ceil(7)
}

fn push_varint(into: &mut Vec<u8>, mut value: usize) {
    while value >= 0x80 {
        into.push((value as u8 & 0x7F) | 0x80);
        value >>= 7;
    }
    into.push(value as u8);
}

#[cfg(test)]
mod tests {
    use swarmpulse_model::series::LabelBytes;

    use super::*;

    #[test]
    fn the_form_is_that_of_the_model() {
        for length in [0, 1, 127, 128, 16_383, 16_384, 70_000] {
            let value = "v".repeat(length);
            let (mut here, mut there) = (Vec::new(), Vec::new());
            push(&mut here, b"name", value.as_bytes());
            LabelBytes::push(&mut there, "name", &value);
            assert_eq!(here, there, "{length}");
        }
    }
}

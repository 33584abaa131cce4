//! The syntax of PromQL: expressions and their parts, with their places in the text.

mod aggregate;
mod binary;
mod call;
mod display;
mod duration;
mod expr;
mod pretty;
mod selector;
mod value_type;

pub use aggregate::{Aggregate, AggregateOp, Grouping};
pub use binary::{Binary, BinaryOp, Cardinality, VectorMatching};
pub use call::Call;
pub use duration::{Duration, DurationExpr, DurationOp};
pub use expr::{Expr, NumberLiteral, Parens, TextLiteral, Unary};
pub use selector::{At, Extent, RangeSelector, Subquery, VectorSelector};
pub use value_type::ValueType;

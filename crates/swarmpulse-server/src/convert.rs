//! From the model to the API's shapes.

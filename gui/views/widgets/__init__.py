"""Small reusable widgets: they show what they are given and say what the user did; they know no state and no model."""

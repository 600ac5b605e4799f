"""Line-drawn pieces of screens."""

"""What a user asks for, and the storyboard that it becomes."""

"""The engines that somebody could use instead of ours, each as its own documentation sets it up for English text."""

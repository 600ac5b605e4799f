"""The shell: one file a verb group; stdout is data, stderr is narration."""

"""The commands of `seg store`, one file each, found as those of `seg` are. One whose name Python keeps for itself has
an underscore behind it: `import_.py`."""

"""One function on this machine: bundled, started with AWS's runtime client, and given one event.

From the outside in: `folders` and `deployed` find the function, in a folder of source or in a synthesized app;
`functions` is what both give; `runs` runs it in a sandbox of `sandboxes`, which `guards` takes away, with
`environments`, the Runtime API of `runtime_apis` and what `bootstraps` starts; `reports` writes what Lambda writes,
into `logs`; `payloads` reads the event.
"""

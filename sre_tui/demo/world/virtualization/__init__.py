"""What the simulated Proxmox VE tells: guests, nodes, storages, tasks, jobs, history.

``World.virtualization`` is a :class:`~.virtualization.Virtualization`.
"""

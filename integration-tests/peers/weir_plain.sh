# Weir as weir.sh starts it, with ports without offloads: what a C forwarder without vnet_hdr is held against.
WEIR_PORTS="tap:t1?vnet=off tap:t2?vnet=off"
. "$(dirname "${BASH_SOURCE[0]}")/weir.sh"

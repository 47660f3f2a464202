# Runs mpiexec on two hosts that are namespaces of this machine: each has a host name, a network, shared memory and a
# folder for temporary files of its own, and between them is one cable. To be run as the first process of a namespace of
# processes and of one of mounts, so that nothing outlives it.
#
#   sh two-hosts.sh FOLDER HOSTFILE FAMILY MPIEXEC ARGUMENTS...
#
# Adds to FOLDER/cable the bytes that node1 has sent and received, and to FOLDER/left what stays in the folders for
# temporary files, FOLDER/tmp.
set -eu
folder=$1 hostfile=$2 family=$3 mpiexec=$4
shift 4
job=$(mktemp -d -p "$folder")
temporary=$folder/tmp
mkdir -p "$temporary"
printf '127.0.0.1 localhost\n192.0.2.1 node1\n192.0.2.2 node2\n' >"$job/hosts"

# A new /sys shows the host's own network; another boot_id makes it another machine for UCX.
start_host() {
  unshare --net --uts --ipc --mount sh -ec "
    hostname $1
    ip link set lo up
    mount -t sysfs none /sys
    mount -t tmpfs none /dev/shm
    mount -t tmpfs none '$temporary'
    mount --bind '$job/hosts' /etc/hosts
    cat /proc/sys/kernel/random/uuid >'$job/$1.boot_id'
    mount --bind '$job/$1.boot_id' /proc/sys/kernel/random/boot_id
    : >'$job/$1.ready'
    exec sleep infinity" &
  pid=$!
  until [ -e "$job/$1.ready" ]; do
    kill -0 $pid || exit 1
    sleep 0.02
  done
}
start_host node1
node1=$pid
start_host node2
node2=$pid

on() { # PID COMMAND...: in the folder of the caller
  pid=$1
  shift
  nsenter --target "$pid" --net --uts --ipc --mount sh -c 'cd "$0" && exec "$@"' "$PWD" "$@"
}
on $node1 ip link add net0 type veth peer name net0 netns $node2
on $node1 ip address add 192.0.2.1/24 dev net0
on $node2 ip address add 192.0.2.2/24 dev net0
for node in $node1 $node2; do on $node ip link set net0 up; done
for node in $node1 $node2; do
  until on $node grep -q up /sys/class/net/net0/operstate; do sleep 0.02; done
done

# What ssh does: AGENT [options] HOST COMMAND. Like ssh it hands on neither the environment nor the working folder.
cat >"$job/agent" <<AGENT
#!/bin/sh
while case \$1 in -*) true ;; *) false ;; esac do shift; done
case \$1 in
  node1) pid=$node1 ;;
  node2) pid=$node2 ;;
  *) echo "no host \$1" >&2; exit 1 ;;
esac
shift
exec nsenter --target \$pid --net --uts --ipc --mount --wd=/ \\
  env -i PATH="$PATH" HOME="$HOME" TMPDIR="$temporary" sh -c "\$*"
AGENT
chmod +x "$job/agent"

# Ranks go to the hosts in turn, so that neighbours always talk through the cable.
case $family in
  "Open MPI")
    set -- --hostfile "$hostfile" --map-by node --mca plm_rsh_agent "$job/agent" "$@"
    ;;
  MPICH)
    set -- -f "$hostfile" -ppn 1 -launcher ssh -launcher-exec "$job/agent" "$@"
    # UCX 1.13 would try to reach the other host through lo.
    export UCX_NET_DEVICES=net0
    ;;
esac
bytes() { on $node1 cat /sys/class/net/net0/statistics/tx_bytes /sys/class/net/net0/statistics/rx_bytes; }
before=$(bytes | paste -sd+)
code=0
TMPDIR=$temporary on $node1 "$mpiexec" "$@" || code=$?
echo $(($(bytes | paste -sd+) - ($before))) >>"$folder/cable"
for node in $node1 $node2; do on $node ls "$temporary" >>"$folder/left"; done
exit $code

// SPDX-License-Identifier: Apache-2.0
package weir.ports.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks the kernel about interfaces and changes them (rtnetlink(7)), in the caller's own network
 * namespace and, by namespace id, in others.
 *
 * <p>A namespace id is a number that our namespace has for another one. Working through it, instead of
 * entering the other namespace, has two merits: NET_ADMIN is enough where setns(2) wants SYS_ADMIN, and
 * nothing of ours stays in the other namespace. A socket opened there would keep it alive, and its
 * deletion would never show.
 *
 * <p>One thread at a time; the owner locks.
 */
public final class RouteSocket implements AutoCloseable {
    /** Id to pass for the caller's own namespace. */
    public static final int OWN_NAMESPACE = -1;

    private static final int MAC_BYTES = 6;
    private static final byte AF_INET = 2;
    private static final byte AF_INET6 = 10;

    private final NetlinkSocket socket;
    private int sequence;
    private int length;

    private RouteSocket(NetlinkSocket socket) {
        this.socket = socket;
    }

    public static RouteSocket open() throws LinuxException {
        NetlinkSocket socket = NetlinkSocket.forRequests();
        try {
            socket.option("NETLINK_EXT_ACK", NetlinkLayout.NETLINK_EXT_ACK);
            socket.option("NETLINK_CAP_ACK", NetlinkLayout.NETLINK_CAP_ACK);
            return new RouteSocket(socket);
        } catch (LinuxException e) {
            socket.close();
            throw e;
        }
    }

    /** The interface of that name, or null when the namespace has none. */
    public @Nullable LinkInfo find(String name, int namespaceId) throws LinuxException {
        start(NetlinkLayout.IFINFOMSG_BYTES);
        putText(NetlinkLayout.IFLA_IFNAME, name);
        return answerOrNone("RTM_GETLINK " + name, namespaceId);
    }

    /** The interface of that number, or null when the namespace has none. */
    public @Nullable LinkInfo find(int index, int namespaceId) throws LinuxException {
        NetlinkLayout.putLink(start(NetlinkLayout.IFINFOMSG_BYTES), index, 0, 0);
        return answerOrNone("RTM_GETLINK " + index, namespaceId);
    }

    private @Nullable LinkInfo answerOrNone(String what, int namespaceId) throws LinuxException {
        if (namespaceId != OWN_NAMESPACE) {
            putInteger(NetlinkLayout.IFLA_TARGET_NETNSID, namespaceId);
        }
        try {
            return LinkInfo.parse(ask(what, NetlinkLayout.RTM_GETLINK, NetlinkLayout.NLM_F_REQUEST));
        } catch (LinuxException e) {
            if (e.errno() == Errno.ENODEV) {
                return null;
            }
            throw e;
        }
    }

    /**
     * Changes an interface of the caller's own namespace; never pass one that was found in another. The number of an
     * interface counts in its namespace only, and IFLA_TARGET_NETNSID does not help: here it says where to move to.
     */
    public void change(LinkInfo link, LinkChange change) throws LinuxException {
        MemorySegment message = start(NetlinkLayout.IFINFOMSG_BYTES);
        int flags = change.up() ? NetlinkLayout.IFF_UP : 0;
        NetlinkLayout.putLink(message, link.index(), flags, flags);
        if (change.namespaceFd() >= 0) {
            putInteger(NetlinkLayout.IFLA_NET_NS_FD, change.namespaceFd());
        }
        if (change.newName() != null) {
            putText(NetlinkLayout.IFLA_IFNAME, change.newName());
        }
        if (change.mtuBytes() != 0) {
            putInteger(NetlinkLayout.IFLA_MTU, change.mtuBytes());
        }
        if (change.alias() != null) {
            putText(NetlinkLayout.IFLA_IFALIAS, change.alias());
        }
        if (change.mac() != 0) {
            putBytes(NetlinkLayout.IFLA_ADDRESS, macBytes(change.mac()));
        }
        acknowledged("RTM_SETLINK " + link.name(), NetlinkLayout.RTM_SETLINK);
    }

    private static byte[] macBytes(long mac) {
        byte[] bytes = new byte[MAC_BYTES];
        for (int i = 0; i < MAC_BYTES; i++) {
            bytes[i] = (byte) (mac >>> (Byte.SIZE * i));
        }
        return bytes;
    }

    /**
     * Gives an interface of the caller's own namespace an address, which is used at once: nobody is asked whether it is
     * taken. EEXIST when the interface has it.
     */
    public void addAddress(LinkInfo link, InetAddress address, int prefixLength) throws LinuxException {
        byte[] bytes = address.getAddress();
        MemorySegment message = start(NetlinkLayout.IFADDRMSG_BYTES);
        NetlinkLayout.putAddress(message, family(address), prefixLength, link.index());
        putBytes(NetlinkLayout.IFA_LOCAL, bytes);
        putBytes(NetlinkLayout.IFA_ADDRESS, bytes);
        create("RTM_NEWADDR " + address.getHostAddress() + "/" + prefixLength, NetlinkLayout.RTM_NEWADDR);
    }

    /**
     * Adds a route by way of a gateway to the main table of the caller's own namespace. EEXIST when there is one to that
     * destination, ENETUNREACH when no address of the interface leads to the gateway.
     *
     * @param destination an address of the gateway's family; with a prefix of length 0 the default route
     */
    public void addRoute(LinkInfo link, InetAddress destination, int prefixLength, InetAddress gateway)
            throws LinuxException {
        NetlinkLayout.putRoute(start(NetlinkLayout.RTMSG_BYTES), family(gateway), prefixLength);
        if (prefixLength != 0) {
            putBytes(NetlinkLayout.RTA_DST, destination.getAddress());
        }
        putBytes(NetlinkLayout.RTA_GATEWAY, gateway.getAddress());
        putInteger(NetlinkLayout.RTA_OIF, link.index());
        create("RTM_NEWROUTE via " + gateway.getHostAddress(), NetlinkLayout.RTM_NEWROUTE);
    }

    private static byte family(InetAddress address) {
        return address instanceof Inet4Address ? AF_INET : AF_INET6;
    }

    private void create(String what, short type) throws LinuxException {
        short flags = NetlinkLayout.NLM_F_REQUEST | NetlinkLayout.NLM_F_ACK | NetlinkLayout.NLM_F_CREATE_EXCL;
        ask(what, type, flags);
    }

    /** All interfaces of a namespace. */
    public List<LinkInfo> links(int namespaceId) throws LinuxException {
        start(NetlinkLayout.IFINFOMSG_BYTES);
        if (namespaceId != OWN_NAMESPACE) {
            putInteger(NetlinkLayout.IFLA_TARGET_NETNSID, namespaceId);
        }
        List<LinkInfo> links = new ArrayList<>();
        dump("RTM_GETLINK", NetlinkLayout.RTM_GETLINK, message -> links.add(LinkInfo.parse(message)));
        return links;
    }

    /** Makes a pair of veth interfaces in the caller's namespace, both down. EEXIST when a name is taken. */
    public void addVeth(String name, String peer, int mtuBytes) throws LinuxException {
        start(NetlinkLayout.IFINFOMSG_BYTES);
        putNameAndMtu(name, mtuBytes);
        int linkInfo = startNested(NetlinkLayout.IFLA_LINKINFO);
        putText(NetlinkLayout.IFLA_INFO_KIND, "veth");
        int data = startNested(NetlinkLayout.IFLA_INFO_DATA);
        int other = startNested(NetlinkLayout.VETH_INFO_PEER);
        socket.buffer().asSlice(length, NetlinkLayout.IFINFOMSG_BYTES).fill((byte) 0);
        length += NetlinkLayout.IFINFOMSG_BYTES;
        putNameAndMtu(peer, mtuBytes);
        endNested(other);
        endNested(data);
        endNested(linkInfo);
        create("RTM_NEWLINK " + name, NetlinkLayout.RTM_NEWLINK);
    }

    /** Deletes a virtual interface of the caller's own namespace; false when it is not there any more. */
    public boolean delete(LinkInfo link) throws LinuxException {
        NetlinkLayout.putLink(start(NetlinkLayout.IFINFOMSG_BYTES), link.index(), 0, 0);
        try {
            acknowledged("RTM_DELLINK " + link.name(), NetlinkLayout.RTM_DELLINK);
            return true;
        } catch (LinuxException e) {
            if (e.errno() == Errno.ENODEV) {
                return false;
            }
            throw e;
        }
    }

    /** The id that our namespace has for the one behind a descriptor; one is made if there is none. */
    public int namespaceId(Fd namespace) throws LinuxException {
        int id = askNamespaceId(namespace);
        if (id >= 0) {
            return id;
        }
        start(NetlinkLayout.RTGENMSG_BYTES);
        putInteger(NetlinkLayout.NETNSA_FD, namespace.number());
        putInteger(NetlinkLayout.NETNSA_NSID, -1); // the kernel chooses
        try {
            acknowledged("RTM_NEWNSID", NetlinkLayout.RTM_NEWNSID);
        } catch (LinuxException e) {
            if (e.errno() != Errno.EEXIST) { // another thread or process was faster
                throw e;
            }
        }
        return askNamespaceId(namespace);
    }

    private int askNamespaceId(Fd namespace) throws LinuxException {
        start(NetlinkLayout.RTGENMSG_BYTES);
        putInteger(NetlinkLayout.NETNSA_FD, namespace.number());
        MemorySegment answer = ask("RTM_GETNSID", NetlinkLayout.RTM_GETNSID, NetlinkLayout.NLM_F_REQUEST);
        var attributes =
                new NetlinkLayout.Attributes(answer.asSlice(NetlinkLayout.HEADER_BYTES + NetlinkLayout.RTGENMSG_BYTES));
        while (attributes.next()) {
            if (attributes.type() == NetlinkLayout.NETNSA_NSID) {
                return attributes.integer();
            }
        }
        return -1;
    }

    private MemorySegment start(int bodyBytes) {
        length = NetlinkLayout.HEADER_BYTES + bodyBytes;
        MemorySegment message = socket.buffer();
        message.asSlice(0, length).fill((byte) 0);
        return message;
    }

    private void putInteger(short type, int value) {
        int at = NetlinkLayout.putAttributeHeader(socket.buffer(), length, type, Integer.BYTES);
        socket.buffer().set(JAVA_INT_UNALIGNED, at, value);
        length = at + Integer.BYTES;
    }

    private void putText(short type, String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        putBytes(type, Arrays.copyOf(bytes, bytes.length + 1)); // ends with a NUL
    }

    private void putBytes(short type, byte[] bytes) {
        int at = NetlinkLayout.putAttributeHeader(socket.buffer(), length, type, bytes.length);
        MemorySegment.copy(bytes, 0, socket.buffer(), JAVA_BYTE, at, bytes.length);
        int end = NetlinkLayout.align(at + bytes.length);
        socket.buffer().asSlice(at + bytes.length, end - at - bytes.length).fill((byte) 0);
        length = end;
    }

    private void putNameAndMtu(String name, int mtuBytes) {
        putText(NetlinkLayout.IFLA_IFNAME, name);
        if (mtuBytes != 0) {
            putInteger(NetlinkLayout.IFLA_MTU, mtuBytes);
        }
    }

    /** Starts an attribute that holds others, and returns where it starts. */
    private int startNested(short type) {
        int start = length;
        length = NetlinkLayout.putAttributeHeader(socket.buffer(), length, type, 0);
        return start;
    }

    private void endNested(int start) {
        socket.buffer().set(JAVA_SHORT_UNALIGNED, start, (short) (length - start));
    }

    private void acknowledged(String what, short type) throws LinuxException {
        ask(what, type, (short) (NetlinkLayout.NLM_F_REQUEST | NetlinkLayout.NLM_F_ACK));
    }

    /** Sends the request in the buffer and returns the answer; an error answer is thrown. */
    private MemorySegment ask(String what, short type, short flags) throws LinuxException {
        NetlinkLayout.putHeader(socket.buffer(), length, type, flags, ++sequence);
        socket.send(what, length);
        while (true) {
            int n = socket.receive();
            if (n < 0) {
                throw new LinuxException(what, -n);
            }
            if (n < NetlinkLayout.HEADER_BYTES || NetlinkLayout.sequence(socket.buffer()) != sequence) {
                continue; // the answer to an earlier request that failed half-way
            }
            MemorySegment answer = socket.buffer().asSlice(0, Math.min(n, NetlinkLayout.length(socket.buffer())));
            if (NetlinkLayout.type(answer) == NetlinkLayout.NLMSG_ERROR && NetlinkLayout.error(answer) != 0) {
                throw new LinuxException(what, NetlinkLayout.error(answer), NetlinkLayout.errorText(answer));
            }
            return answer;
        }
    }

    /** Sends the request in the buffer and passes on the messages of the answer, each only while it is looked at. */
    private void dump(String what, short type, Consumer<MemorySegment> each) throws LinuxException {
        short flags = NetlinkLayout.NLM_F_REQUEST | NetlinkLayout.NLM_F_DUMP;
        NetlinkLayout.putHeader(socket.buffer(), length, type, flags, ++sequence);
        socket.send(what, length);
        boolean more = true;
        while (more) {
            int n = socket.receive();
            if (n < 0) {
                throw new LinuxException(what, -n);
            }
            more = passOn(what, n, each);
        }
    }

    /** Passes on the messages of one datagram; false when the last of the dump was among them. */
    private boolean passOn(String what, int bytes, Consumer<MemorySegment> each) throws LinuxException {
        int at = 0;
        while (at + NetlinkLayout.HEADER_BYTES <= bytes) {
            MemorySegment message = socket.buffer().asSlice(at, bytes - at);
            int messageBytes = NetlinkLayout.length(message);
            if (messageBytes < NetlinkLayout.HEADER_BYTES || messageBytes > bytes - at) {
                return false;
            }
            at += NetlinkLayout.align(messageBytes);
            if (NetlinkLayout.sequence(message) != sequence) {
                continue; // the answer to an earlier request that failed half-way
            }
            if (NetlinkLayout.type(message) == NetlinkLayout.NLMSG_ERROR) {
                throw new LinuxException(what, NetlinkLayout.error(message), NetlinkLayout.errorText(message));
            }
            if (NetlinkLayout.type(message) == NetlinkLayout.NLMSG_DONE) {
                return false;
            }
            each.accept(message.asSlice(0, messageBytes));
        }
        return true;
    }

    @Override
    public void close() {
        socket.close();
    }
}

using System.Runtime.InteropServices;
using System.Text;

namespace Sentinel.Actors;

/// <summary>Those that do to others what nobody asked for, and the places where that happens.</summary>
internal static unsafe partial class Strangers
{
    private const int NoNewPrivileges = 38, SetFilter = 22, FilterMode = 2;
    private const uint Allow = 0x7fff0000, Refuse = 0x50000;
    private const int Unix = 1, Datagram = 2, SolSocket = 1, ScmRights = 1;

    /// <summary>Becomes a command to which system calls are refused; see seccomp(2).</summary>
    public static int Forbid(string calls, string[] command)
    {
        // Instructions of bpf(2): load the number of the call, compare, return.
        var filter = new List<Instruction> { new(0x20, 0, 0, 0) };
        foreach (var pair in calls.Split(',').Select(call => call.Split(':')))
        {
            filter.Add(new Instruction(0x15, 0, 1, uint.Parse(pair[0])));
            filter.Add(new Instruction(0x06, 0, 0, Refuse | uint.Parse(pair[1])));
        }

        filter.Add(new Instruction(0x06, 0, 0, Allow));
        fixed (Instruction* first = filter.ToArray())
        {
            var program = new Filter { Length = (ushort)filter.Count, Instructions = first };
            if (prctl(NoNewPrivileges, 1, 0, 0, 0) != 0 || prctl(SetFilter, FilterMode, (nint)(&program), 0, 0) != 0)
                return 125;
        }

        return execvp(command[0], [.. command, null]);
    }

    /// <summary>Sends a datagram to a socket.</summary>
    /// <param name="address">As in NOTIFY_SOCKET.</param>
    public static int Tell(string address, string message, int descriptors, int times)
    {
        var path = Encoding.UTF8.GetBytes(address.StartsWith('@') ? "\0" + address[1..] : address);
        var place = stackalloc byte[2 + path.Length];
        *(ushort*)place = Unix;
        path.CopyTo(new Span<byte>(place + 2, path.Length));
        var bytes = Encoding.UTF8.GetBytes(message);
        var control = stackalloc byte[64 + (descriptors * sizeof(int))];
        *(long*)control = 16 + (descriptors * sizeof(int));
        ((int*)control)[2] = SolSocket;
        ((int*)control)[3] = ScmRights;
        new Span<int>(control + 16, descriptors).Fill(2);
        var sender = socket(Unix, Datagram, 0);
        var vector = stackalloc nint[2];
        for (var i = 0; i < times; i++)
            fixed (byte* content = bytes)
            {
                (vector[0], vector[1]) = ((nint)content, bytes.Length);
                var header = new MessageHeader
                {
                    Name = place,
                    NameLength = (uint)(2 + path.Length),
                    Vectors = vector,
                    VectorCount = 1,
                    Control = descriptors > 0 ? control : null,
                    ControlLength = descriptors > 0 ? (16 + (descriptors * sizeof(int)) + 7) & ~7 : 0,
                };
                if (sendmsg(sender, &header, 0) < 0)
                {
                    Console.Error.WriteLine(Marshal.GetLastPInvokeErrorMessage());
                    return 1;
                }
            }

        return 0;
    }

    /// <summary>Mounts a file system that never answers, which takes a namespace of our own, and runs a command as a child.</summary>
    public static int Hang(string folder, string[] command)
    {
        var device = open("/dev/fuse", 2);
        if (device < 0 || mount("silence", folder, "fuse.silence", 0, $"fd={device},rootmode=40000,user_id=0,group_id=0") != 0)
        {
            Console.Error.WriteLine($"there is no FUSE: {Marshal.GetLastPInvokeErrorMessage()}");
            return 125;
        }

        return Roles.ParentOf(command);
    }

    [StructLayout(LayoutKind.Sequential)]
    private record struct Instruction(ushort Code, byte IfTrue, byte IfFalse, uint Value);

    [StructLayout(LayoutKind.Sequential)]
    private struct Filter
    {
        public ushort Length;
        public Instruction* Instructions;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct MessageHeader
    {
        public void* Name;
        public uint NameLength;
        public void* Vectors;
        public nint VectorCount;
        public void* Control;
        public nint ControlLength;
        public int Flags;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int prctl(int option, nint a, nint b, nint c, nint d);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int execvp(string file, string?[] arguments);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int mount(string what, string where, string kind, nuint flags, string options);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int socket(int family, int type, int protocol);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint sendmsg(int socket, MessageHeader* message, int flags);
}

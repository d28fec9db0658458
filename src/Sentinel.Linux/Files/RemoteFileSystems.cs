using System.Text;

namespace Sentinel.Linux.Files;

/// <summary>
/// Which paths lead to a file system that waits for another machine or program, and so perhaps for ever. To find out, we look at
/// nothing on it.
/// </summary>
internal sealed class RemoteFileSystems
{
    private const string Mounts = "/proc/self/mountinfo";
    private const int MostLinks = 40;

    private static readonly string[] Kinds =
        ["nfs", "nfs4", "cifs", "smb3", "smbfs", "ceph", "9p", "afs", "lustre", "gpfs", "glusterfs", "beegfs", "autofs", "drvfs"];

    private readonly Dictionary<string, string> _kinds = [];

    private RemoteFileSystems()
    {
    }

    public bool IsEmpty => _kinds.Count == 0;

    /// <summary>The remote file systems mounted now; see proc_pid_mountinfo(5).</summary>
    public static RemoteFileSystems Find()
    {
        var found = new RemoteFileSystems();
        try
        {
            foreach (var line in File.ReadLines(Mounts))
                if (line.IndexOf(" - ", StringComparison.Ordinal) is > 0 and var dash && KindIn(line.AsSpan(dash + 3)) is { } kind)
                    found._kinds[Plain(line.Split(' ', 6)[4])] = kind;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Without it nothing is known to be remote.
        }

        return found;
    }

    /// <summary>Where a path leads onto one of them, and its type; null when it does not.</summary>
    /// <param name="path">An absolute path.</param>
    public (string Mount, string Kind)? On(string path)
    {
        var rest = new Stack<string>(path.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse());
        var links = 0;
        // The root itself, if it is remote, is left out: without it nothing could run at all.
        for (var at = ""; rest.TryPop(out var name);)
        {
            if (name == ".")
                continue;
            if (name == "..")
            {
                at = at[..Math.Max(0, at.LastIndexOf('/'))];
                continue;
            }

            var next = $"{at}/{name}";
            if (_kinds.TryGetValue(next, out var kind))
                return (next, kind);
            // Everything up to here is on this machine: a look does not block.
            if (++links <= MostLinks && new FileInfo(next).LinkTarget is { } target)
            {
                foreach (var part in target.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse())
                    rest.Push(part);
                at = target.StartsWith('/') ? "" : at;
            }
            else
            {
                at = next;
            }
        }

        return null;
    }

    private static string? KindIn(ReadOnlySpan<char> afterDash)
    {
        var kind = afterDash[..(afterDash.IndexOf(' ') is >= 0 and var end ? end : afterDash.Length)].ToString();
        // fuse, fuseblk, fuse.sshfs and the like.
        return kind.StartsWith("fuse", StringComparison.Ordinal) && kind != "fusectl" || Kinds.Contains(kind) ? kind : null;
    }

    // Blanks and the like appear as a backslash and three octal digits.
    private static string Plain(string mount)
    {
        if (!mount.Contains('\\'))
            return mount;
        var plain = new List<byte>();
        var bytes = Encoding.UTF8.GetBytes(mount);
        for (var i = 0; i < bytes.Length; i++)
            if (bytes[i] == '\\' && i + 3 < bytes.Length)
            {
                plain.Add((byte)(((bytes[i + 1] - '0') << 6) | ((bytes[i + 2] - '0') << 3) | (bytes[i + 3] - '0')));
                i += 3;
            }
            else
            {
                plain.Add(bytes[i]);
            }

        return Encoding.UTF8.GetString([.. plain]);
    }
}

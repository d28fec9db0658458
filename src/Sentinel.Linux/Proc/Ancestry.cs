using System.Text;
using Sentinel.Core.Host;
using Sentinel.Linux.Native;
using Sentinel.Model.Specs;

namespace Sentinel.Linux.Proc;

/// <summary>Who started whom, according to /proc.</summary>
public sealed class Ancestry(ProcessTable table)
{
    internal const string Unnamed = "?";

    // A longer name would tell nobody more.
    private const int MostCharacters = 64;

    /// <summary>Who called this program, and from where.</summary>
    public Origin OfCaller(DateTimeOffset now)
    {
        var ancestors = new List<Ancestor>();
        var pid = table.Look(Environment.ProcessId)?.Parent ?? 0;
        while (pid > 1 && ancestors.Count < Origin.MostAncestors && table.Look(pid) is { } seen)
        {
            ancestors.Add(new Ancestor(pid, ProgramOf(pid)));
            pid = seen.Parent;
        }

        return new Origin(ancestors, Caller.Folder, now);
    }

    /// <summary>A process whose end can end another; null when there is none with that pid.</summary>
    public Owner? Find(int pid)
    {
        if (table.Look(pid) is not { HasEnded: false } seen)
            return null;
        var identity = table.IdentityOf(seen);
        // To wait for its end, the daemon will hold on to it in the same way.
        using var handle = PidFd.Open(identity, table);
        return handle is null ? null : new Owner(identity, ProgramOf(pid));
    }

    // The name it gives itself; if that is empty, the name the kernel gives it.
    internal static string ProgramOf(int pid)
    {
        Span<byte> buffer = stackalloc byte[4096];
        var length = Math.Max(0, ProcFile.Read(pid, "/cmdline\0"u8, buffer));
        var name = NameIn(Encoding.UTF8.GetString(buffer[..length]));
        if (name.Length > 0)
            return name;
        length = Math.Max(0, ProcFile.Read(pid, "/comm\0"u8, buffer));
        return Encoding.UTF8.GetString(buffer[..length]).TrimEnd('\n') is { Length: > 0 } comm ? comm : Unnamed;
    }

    /// <summary>The name of a program: <c>bash</c> for <c>-bash</c> and <c>/bin/bash</c>, <c>sshd</c> for <c>sshd: user@pts/0</c>.</summary>
    internal static string NameIn(string commandLine)
    {
        var first = commandLine.Split('\0')[0].Split(": ")[0];
        var name = first[(first.LastIndexOf('/') + 1)..].TrimStart('-').TrimEnd(':');
        return string.Concat(name.EnumerateRunes().Take(MostCharacters));
    }
}

using System.Globalization;
using System.Runtime.InteropServices;
using Sentinel.Core.Host;
using Sentinel.Linux.Native;
using Sentinel.Model.Specs;

namespace Sentinel.Linux.Proc;

/// <inheritdoc/>
public sealed unsafe class Accounts : IAccounts
{
    private const int BufferBytes = 64 * 1024;
    private const int MostGroups = 65536;

    public Account Find(string user)
    {
        var words = user.Split(':', 2);
        var account = User(words[0]) ?? throw new SpawnException($"there is no user '{words[0]}'");
        var group = words.Length == 1 ? account.GroupId : Group(words[1]) ?? throw new SpawnException($"there is no group '{words[1]}'");
        account = account with { GroupId = group, Groups = [.. account.Groups.Append(group).Distinct()], IsAnother = account.UserId != LibC.geteuid() };
        if (Environment.IsPrivilegedProcess)
            return account;
        // It takes no privilege to become the user that we are already.
        return account.UserId == LibC.geteuid() && account.GroupId == LibC.getegid()
            ? account with { Groups = [] }
            : throw new SpawnException($"only root can run a process as {user}");
    }

    /// <summary>The users of this machine, for completion: those of a directory service are too many to list.</summary>
    public static IEnumerable<string> Names() =>
        File.Exists("/etc/passwd") ? File.ReadLines("/etc/passwd").Select(line => line.Split(':')[0]).Where(name => name.Length > 0) : [];

    private static Account? User(string name)
    {
        var buffer = (byte*)NativeMemory.Alloc(BufferBytes);
        try
        {
            LibC.Passwd entry;
            LibC.Passwd* found;
            var isNumber = uint.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var id);
            _ = isNumber ? LibC.getpwuid_r(id, &entry, buffer, BufferBytes, &found) : LibC.getpwnam_r(name, &entry, buffer, BufferBytes, &found);
            if (found is null)
                // A number without a name is still a user.
                return isNumber ? new Account(name, id, id, [id], "/", "/bin/sh") : null;
            var known = Text(entry.Name);
            return new Account(known, entry.UserId, entry.GroupId, GroupsOf(known, entry.GroupId), Text(entry.Home), Text(entry.Shell));
        }
        finally
        {
            NativeMemory.Free(buffer);
        }
    }

    private static uint? Group(string name)
    {
        if (uint.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            return id;
        var buffer = (byte*)NativeMemory.Alloc(BufferBytes);
        try
        {
            LibC.GroupEntry entry;
            LibC.GroupEntry* found;
            _ = LibC.getgrnam_r(name, &entry, buffer, BufferBytes, &found);
            return found is null ? null : entry.GroupId;
        }
        finally
        {
            NativeMemory.Free(buffer);
        }
    }

    private static uint[] GroupsOf(string name, uint group)
    {
        var groups = new uint[64];
        while (true)
        {
            var count = groups.Length;
            fixed (uint* ids = groups)
                if (LibC.getgrouplist(name, group, ids, &count) >= 0)
                    return groups[..count];
            if (groups.Length >= MostGroups)
                return [group];
            groups = new uint[groups.Length * 2];
        }
    }

    private static string Text(byte* text) => text is null ? "" : NativeText.Of(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text));
}

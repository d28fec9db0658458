using System.IO.Hashing;
using System.Text;
using Sentinel.Core.Home;
using Sentinel.Model.Policy;

namespace Sentinel.Core.Host;

/// <summary>
/// Where a process reports how it is: a socket in a folder that only we can put anything into, so that nobody takes the address while
/// no daemon runs, with a name that nobody can guess. Each run has another, so that none speaks for the next.
/// </summary>
/// <param name="Folder">A folder in which only we create files.</param>
/// <param name="Name">The name of the socket in it.</param>
/// <param name="User">The user who may send to it, if that is not ours; they may pass through the folder, but not list it.</param>
public sealed record NotifyAddress(string Folder, string Name, uint? User)
{
    // Room in struct sockaddr_un, without the NUL; see unix(7).
    private const int LongestPath = 107;

    // Only root can become another user, and no other user can reach a folder inside root's.
    private const string OfRoot = "/run/sentinel-notify";

    public string Path => System.IO.Path.Combine(Folder, Name);

    /// <param name="account">The user that the process runs as; null: ours.</param>
    public static NotifyAddress Of(ProcessRecord record, SentinelHome home, Account? account)
    {
        var name = Hashed($"{record.RunCookie} {home.Folder}");
        var user = Environment.IsPrivilegedProcess && account is { UserId: not 0 } other ? other.UserId : (uint?)null;
        var own = new NotifyAddress(System.IO.Path.Combine(home.Folder, "notify"), name, user);
        if (user is null && Encoding.UTF8.GetByteCount(own.Path) <= LongestPath)
            return own;
        return own with { Folder = Environment.IsPrivilegedProcess ? OfRoot : $"/tmp/sentinel-notify-{Hashed(home.Folder)}" };
    }

    private static string Hashed(string text) => Convert.ToHexStringLower(XxHash128.Hash(Encoding.UTF8.GetBytes(text)));
}

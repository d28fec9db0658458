using System.IO.Hashing;
using System.Text;
using Sentinel.Core.Home;
using Sentinel.Model.Policy;

namespace Sentinel.Core.Host;

/// <summary>
/// Where a process tells how it is: a socket in a folder that only we can put anything into, so that nobody takes the address while
/// no daemon runs, under a name that nobody can guess. It is the same for as long as the process is registered.
/// </summary>
/// <param name="Folder">Whose files only we make.</param>
/// <param name="Name">Of the socket in it.</param>
/// <param name="User">Who may send to it, when that is not us; they may pass through the folder, and not list it.</param>
public sealed record NotifyAddress(string Folder, string Name, uint? User)
{
    // Room in struct sockaddr_un, without the NUL; see unix(7).
    private const int LongestPath = 107;

    // Only root becomes another user, and no other user reaches a folder within that of root.
    private const string OfRoot = "/run/sentinel-notify";

    public string Path => System.IO.Path.Combine(Folder, Name);

    /// <param name="account">Who the process runs as; null: as we do.</param>
    public static NotifyAddress Of(ProcessRecord record, SentinelHome home, Account? account)
    {
        var name = Hashed($"{record.Cookie} {home.Folder}");
        var user = Environment.IsPrivilegedProcess && account is { UserId: not 0 } other ? other.UserId : (uint?)null;
        var own = new NotifyAddress(System.IO.Path.Combine(home.Folder, "notify"), name, user);
        if (user is null && Encoding.UTF8.GetByteCount(own.Path) <= LongestPath)
            return own;
        return own with { Folder = Environment.IsPrivilegedProcess ? OfRoot : $"/tmp/sentinel-notify-{Hashed(home.Folder)}" };
    }

    private static string Hashed(string text) => Convert.ToHexStringLower(XxHash128.Hash(Encoding.UTF8.GetBytes(text)));
}

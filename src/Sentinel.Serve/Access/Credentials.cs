using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Sentinel.Core.Home;
using Sentinel.Core.Host;
using Sentinel.Linux.Files;

namespace Sentinel.Serve.Access;

/// <summary>What a caller may do.</summary>
internal enum Rights
{
    None,
    Look,
    Change,
}

/// <summary>
/// Tokens, in files that only their owner may read; codes that let one browser in once; and what such a browser shows from then on. Deleting a
/// file of a token, and starting anew, takes back all that it gave.
/// </summary>
internal sealed class Credentials(SentinelHome home, TimeProvider time)
{
    public static readonly TimeSpan CodeTime = TimeSpan.FromSeconds(60), CookieTime = TimeSpan.FromHours(12);

    private const int SecretBytes = 32;
    private const int MostCodes = 100;

    private readonly ConcurrentDictionary<string, DateTimeOffset> _codes = new();
    private readonly string _token = ReadOrMake(home.ApiToken), _readOnlyToken = ReadOrMake(home.ReadOnlyApiToken);

    /// <summary>What a token allows.</summary>
    public Rights OfToken(string token) =>
        AreEqual(token, _token) ? Rights.Change : AreEqual(token, _readOnlyToken) ? Rights.Look : Rights.None;

    /// <summary>A code that is good for one use.</summary>
    public string NewCode()
    {
        foreach (var (old, until) in _codes)
            if (until < time.GetUtcNow() || _codes.Count >= MostCodes)
                _codes.TryRemove(old, out _);
        var code = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SecretBytes / 2));
        _codes[code] = time.GetUtcNow() + CodeTime;
        return code;
    }

    /// <summary>What a browser is to show from now on in exchange for a code; null: it is none, was used, or is too old.</summary>
    public string? CookieFor(string code)
    {
        if (!_codes.TryRemove(code, out var until) || until < time.GetUtcNow())
            return null;
        var expires = (time.GetUtcNow() + CookieTime).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return $"{expires}.{Signature(expires)}";
    }

    /// <summary>What a browser may do that shows this.</summary>
    public Rights OfCookie(string cookie) => cookie.Split('.') is [var expires, var signature]
        && AreEqual(signature, Signature(expires))
        && long.Parse(expires, CultureInfo.InvariantCulture) > time.GetUtcNow().ToUnixTimeSeconds() ? Rights.Change : Rights.None;

    private string Signature(string expires) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Convert.FromHexString(_token), Encoding.UTF8.GetBytes($"cookie {expires}")));

    // In a time that tells nothing of either, not even of their lengths.
    private static bool AreEqual(string one, string other) =>
        CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(one)), SHA256.HashData(Encoding.UTF8.GetBytes(other)));

    private static string ReadOrMake(string path)
    {
        try
        {
            var options = new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            };
            using var file = new StreamWriter(path, options);
            file.Write(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SecretBytes)));
        }
        catch (IOException) when (File.Exists(path))
        {
            // It is there already.
        }

        if ((File.GetUnixFileMode(path) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite)) != 0)
            throw new IOException($"others than you may read {path}: delete it, and a new one is made");
        // Not through a link, nor one of another user.
        var token = Encoding.UTF8.GetString(new HomeFiles().ReadAll(path) ?? []).Trim();
        return token.Length == SecretBytes * 2 && token.All(char.IsAsciiHexDigitLower) ? token : throw new IOException($"{path} holds no token: delete it, and a new one is made");
    }
}

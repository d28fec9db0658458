using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Sentinel.Commands;

/// <summary>Speaks TLS to a server.</summary>
internal static class Tls
{
    /// <param name="isAnybody">Whether any certificate will do.</param>
    /// <exception cref="System.Security.Authentication.AuthenticationException">It is not who it should be.</exception>
    public static SslStream Begin(Stream plain, string host, bool isAnybody)
    {
        var secure = new SslStream(plain, leaveInnerStreamOpen: true, isAnybody ? (_, _, _, _) => true : null);
        secure.AuthenticateAsClient(new SslClientAuthenticationOptions
        {
            TargetHost = host,
            // Others are not asked for certificates that it does not send; what would do that is not in the binary (Substitutions.xml).
            CertificateChainPolicy = new X509ChainPolicy { DisableCertificateDownloads = true, RevocationMode = X509RevocationMode.NoCheck },
        });
        return secure;
    }
}

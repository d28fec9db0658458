using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;

namespace Sentinel.Serve.Access;

/// <summary>Who may do what: nothing reaches a route that was not let through here.</summary>
internal sealed class Guard(ServeOptions options, Credentials credentials, Func<int> port)
{
    // A header that no form and no link can send, and no page of another origin without being asked for leave, which is never given.
    private const string PageHeader = "X-Sentinel";

    private const string Policy = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'";
    private static readonly string[] OwnNames = ["127.0.0.1", "localhost", "[::1]"];

    /// <summary>The name of the cookie: a browser sends those of one port to all others of the same machine.</summary>
    public string CookieName => $"sentinel-{port()}";

    public static void Harden(HttpResponse response)
    {
        response.Headers.ContentSecurityPolicy = Policy;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
        response.Headers["Cross-Origin-Opener-Policy"] = "same-origin";
        response.Headers.CacheControl = "no-store";
    }

    /// <summary>Why a request is not even looked at; null: it may be.</summary>
    public Problem? WhyNot(HttpContext context)
    {
        if (IsLocal(context))
            return null;
        var (request, headers) = (context.Request, context.Request.Headers);
        // A name that somebody made point to this machine.
        if (!IsOurs(request.Host.Value ?? ""))
            return new Problem(
                StatusCodes.Status421MisdirectedRequest, "wrong-host", $"nothing of that name is here: {request.Host.Value}", "'--allow-host NAME' adds a name by which this may be called");
        if (headers.Origin.ToString() is { Length: > 0 } origin && origin != $"http://{request.Host.Value}" && origin != $"https://{request.Host.Value}")
            return new Problem(StatusCodes.Status403Forbidden, "foreign-origin", $"pages of {origin} may not use this");
        if (headers["Sec-Fetch-Site"].ToString() is { Length: > 0 } and not ("same-origin" or "none"))
            return new Problem(StatusCodes.Status403Forbidden, "foreign-origin", "pages of another origin may not use this");
        return null;
    }

    /// <summary>Why this caller may not do that; null: it may.</summary>
    /// <param name="changes">Whether it changes something.</param>
    /// <param name="isSecret">Whether it shows what is secret.</param>
    public Problem? WhyNot(HttpContext context, bool changes, bool isSecret = false)
    {
        var (rights, isBrowser) = RightsOf(context);
        if (rights == Rights.None)
            return new Problem(
                StatusCodes.Status401Unauthorized, "not-let-in", "it needs a token, or a browser that was let in",
                "programs send 'Authorization: Bearer TOKEN' with the content of the file api-token in Sentinel's folder; 'sentinel web' prints an address that lets a browser in");
        if (isSecret && rights == Rights.Look)
            return new Problem(StatusCodes.Status403Forbidden, "read-only", "this token may see no secret");
        if (!changes)
            return null;
        if (options.IsReadOnly || rights == Rights.Look)
            return new Problem(StatusCodes.Status403Forbidden, "read-only", options.IsReadOnly ? "nothing can be changed here: it was started with --read-only" : "this token may only look");
        // The methods that a browser sends for any page without asking carry no JSON.
        if (context.Request.ContentType?.Split(';')[0].Trim() is not "application/json")
            return new Problem(StatusCodes.Status415UnsupportedMediaType, "wrong-type", "what changes something is sent as JSON", "send 'Content-Type: application/json', and at least {}");
        return isBrowser && context.Request.Headers[PageHeader] != "1"
            ? new Problem(StatusCodes.Status403Forbidden, "not-by-page", $"a browser has to send '{PageHeader}: 1'")
            : null;
    }

    /// <summary>Whether it came by a socket in the file system, whose other end is the same user or root.</summary>
    public static bool IsLocal(HttpContext context) => context.Features.Get<IConnectionSocketFeature>()?.Socket.AddressFamily == AddressFamily.Unix;

    private (Rights Rights, bool IsBrowser) RightsOf(HttpContext context)
    {
        if (IsLocal(context))
            return (Rights.Change, false);
        const string bearer = "Bearer ";
        if (context.Request.Headers.Authorization.ToString() is { Length: > 0 } given)
            return (given.StartsWith(bearer, StringComparison.OrdinalIgnoreCase) ? credentials.OfToken(given[bearer.Length..].Trim()) : Rights.None, false);
        return context.Request.Cookies[CookieName] is { } cookie ? (credentials.OfCookie(cookie), true) : (Rights.None, true);
    }

    private bool IsOurs(string host)
    {
        var suffix = $":{port()}";
        return options.Hosts.Contains(host, StringComparer.OrdinalIgnoreCase)
            || (host.EndsWith(suffix, StringComparison.Ordinal)
                && host[..^suffix.Length] is var name
                && (OwnNames.Contains(name, StringComparer.OrdinalIgnoreCase) || options.Hosts.Contains(name, StringComparer.OrdinalIgnoreCase) || name == options.Address?.ToString()));
    }
}

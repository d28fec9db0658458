using Microsoft.AspNetCore.Routing;

namespace Sentinel.Serve.Hosting;

/// <summary>The page for browsers: files that build/page.sh has made, and that are part of this program.</summary>
internal static class Page
{
    private static readonly (string Path, string File, string Type)[] Files =
    [
        ("/", "index.html", "text/html; charset=utf-8"), ("/page.js", "page.js", "text/javascript; charset=utf-8"), ("/page.css", "page.css", "text/css; charset=utf-8"),
        ("/icon.svg", "icon.svg", "image/svg+xml"),
    ];

    public static void Map(IEndpointRouteBuilder routes)
    {
        foreach (var (path, file, type) in Files)
            if (Read(file) is { } content)
                routes.MapGet(path, async context =>
                {
                    context.Response.ContentType = type;
                    context.Response.ContentLength = content.Length;
                    await context.Response.Body.WriteAsync(content);
                });
    }

    private static byte[]? Read(string file)
    {
        using var stream = typeof(Page).Assembly.GetManifestResourceStream($"page/{file}");
        if (stream is null)
            return null;
        using var content = new MemoryStream();
        stream.CopyTo(content);
        return content.ToArray();
    }
}

using System.Globalization;
using System.Text.Json;
using Sentinel.Api;

namespace Sentinel.Serve.Routes;

/// <summary>A request that was let through, and how it is answered.</summary>
internal sealed class Call(HttpContext context, Parts parts)
{
    private const string JsonType = "application/json";

    public HttpContext Context => context;

    public Parts Parts => parts;

    public CancellationToken Gone => context.RequestAborted;

    /// <summary>The process that the path names.</summary>
    public string Name => (Part("project") is { } project ? $"{project}/" : "") + Part("name");

    /// <summary>A part of the path; null: it has none of that name.</summary>
    public string? Part(string key) => context.Request.RouteValues[key] is string part ? part.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase) : null;

    /// <summary>What was asked for behind the question mark; null: nothing of that name.</summary>
    public string? Asked(string key) => context.Request.Query[key].ToString() is { Length: > 0 } value ? value : null;

    public bool Is(string key) => Asked(key) is "1" or "true";

    /// <summary>What the caller of a stream has last heard of; null: it has heard of nothing.</summary>
    public string? LastKnown => context.Request.Headers["Last-Event-ID"].ToString() is { Length: > 0 } id ? id : Asked("after");

    /// <exception cref="BadRequestException">It is no such number.</exception>
    public int Number(string key, int otherwise, int most) => Asked(key) is not { } text ? otherwise
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= most ? number
        : throw new BadRequestException($"'{key}' is a number up to {most}, not '{text}'");

    /// <summary>What the daemon says to a question.</summary>
    public Task<TAnswer> Ask<TAnswer>(Query query)
        where TAnswer : Answer => parts.Daemon.Ask<TAnswer>(query, Gone);

    public async Task Json(byte[] document, int status = StatusCodes.Status200OK)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = JsonType;
        context.Response.ContentLength = document.Length;
        await context.Response.Body.WriteAsync(document, Gone);
    }

    /// <summary>Answers with what was found or, if what was asked for is not there, with why.</summary>
    public Task Json(Answer answer, Func<byte[]> document) =>
        answer.Missing is [Outcome.Failed missing, ..] ? Fail(Problem.Of(missing.Code, $"{missing.Target}: {missing.Why}")) : Json(document());

    public Task Fail(Problem problem) => Fail(context, problem);

    public static async Task Fail(HttpContext context, Problem problem)
    {
        var json = problem.ToJson();
        context.Response.StatusCode = problem.Status;
        context.Response.ContentType = Problem.MediaType;
        context.Response.ContentLength = json.Length;
        await context.Response.Body.WriteAsync(json, context.RequestAborted);
    }

    /// <summary>The body of a request that changes something: an object.</summary>
    /// <exception cref="BadRequestException">It is none.</exception>
    public async Task<JsonElement> Body()
    {
        try
        {
            using var document = await JsonDocument.ParseAsync(context.Request.Body, new JsonDocumentOptions { MaxDepth = 16 }, Gone);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document.RootElement.Clone()
                : throw new BadRequestException("the body is not a JSON object; {} is the least");
        }
        catch (JsonException e)
        {
            throw new BadRequestException($"the body is not JSON: {e.Message}");
        }
    }
}

/// <summary>The request itself is wrong; the message says why.</summary>
internal sealed class BadRequestException(string message) : Exception(message);

/// <summary>Nothing has that name; the message says so.</summary>
internal sealed class NotFoundException(string message) : Exception(message);

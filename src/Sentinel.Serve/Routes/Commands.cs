using System.Text.Json;
using Sentinel.Api;
using Sentinel.Api.Wire;
using Sentinel.Rendering;
using Sentinel.Serve.Links;

namespace Sentinel.Serve.Routes;

/// <summary>Carries out what changes something, as commands, and gives what they print.</summary>
internal static class Commands
{
    private const int UsageError = 2;

    /// <summary>
    /// A command with the options of the body. With <c>?wait=0</c> the answer, 202, comes at once, and the command goes on.
    /// </summary>
    /// <param name="verb">The command, as one or several words.</param>
    /// <param name="allowed">The options that the body may have.</param>
    /// <param name="names">What follows the options, such as the names of processes.</param>
    /// <param name="argument">A property of the body that follows them as a word; null: none.</param>
    /// <exception cref="BadRequestException">The body has something else.</exception>
    public static async Task Do(Call call, string verb, IReadOnlyList<string> allowed, IEnumerable<string> names, string? argument = null)
    {
        var body = await call.Body();
        var word = argument is null ? null : Argument(body, argument);
        await Do(call, [.. verb.Split(' '), .. OptionsIn(body, allowed, argument), "--", .. names, .. word is null ? Array.Empty<string>() : [word]]);
    }

    /// <summary>A command with all its words.</summary>
    /// <param name="folder">Where it is called; null: in no project's folder.</param>
    public static async Task Do(Call call, IEnumerable<string> arguments, string? folder = null)
    {
        var work = call.Parts.Commands.Run(arguments, folder);
        if (call.Asked("wait") == "0")
            await call.Json(Documents.Of(Array.Empty<Outcome>(), []), StatusCodes.Status202Accepted);
        else
            await Answer(call, await work);
    }

    /// <summary>The options in a body as words, and that JSON is wanted.</summary>
    /// <param name="other">A property that is no option.</param>
    public static IEnumerable<string> OptionsIn(JsonElement body, IReadOnlyList<string> allowed, string? other = null) =>
        ["--json", .. body.EnumerateObject().Where(option => option.Name != other).SelectMany(option => Words(option, allowed))];

    /// <summary>What a command printed or, if it failed, why.</summary>
    public static Task Answer(Call call, CommandLink.Result result)
    {
        if (result.ExitCode == 0)
            return call.Json(result.Json);
        var told = Message(result);
        if (result.ExitCode == UsageError)
            return call.Fail(new Problem(StatusCodes.Status400BadRequest, "invalid", told));
        if (result.Json.Length == 0)
            return call.Fail(Problem.Of(FailureCode.Fault, told));
        using var document = JsonDocument.Parse(result.Json);
        var results = document.RootElement.Maybe("results")?.Clone();
        // Why the first that failed did.
        var word = results?.EnumerateArray().Select(one => one.Maybe("code")?.GetString()).FirstOrDefault(code => code is not null);
        return call.Fail(Problem.Of(FailureCodes.Parse(word), told, results));
    }

    /// <summary>What a command said, without the labels.</summary>
    public static string Message(CommandLink.Result result) =>
        string.Join('\n', result.Told.Split('\n').Select(line => line.StartsWith("Error: ", StringComparison.Ordinal) ? line["Error: ".Length..] : line));

    private static string Argument(JsonElement body, string name) => body.Maybe(name) switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString()!,
        { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
        _ => throw new BadRequestException($"'{name}' is missing"),
    };

    // As one word each, so that no value can be taken for another option.
    private static IEnumerable<string> Words(JsonProperty option, IReadOnlyList<string> allowed)
    {
        if (!allowed.Contains(option.Name))
            throw new BadRequestException($"there is no option '{option.Name}' here; there are {string.Join(", ", allowed)}");
        return option.Value.ValueKind switch
        {
            JsonValueKind.True => [$"--{option.Name}"],
            JsonValueKind.False or JsonValueKind.Null => [],
            JsonValueKind.Array => option.Value.EnumerateArray().Select(one => Word(option.Name, one)),
            _ => [Word(option.Name, option.Value)],
        };
    }

    private static string Word(string name, JsonElement value) => $"--{name}=" + value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.GetRawText(),
        _ => throw new BadRequestException($"'{name}' takes texts, numbers, true and false"),
    };
}

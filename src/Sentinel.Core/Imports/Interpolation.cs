using System.Text.RegularExpressions;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Imports;

/// <summary>
/// What docker compose and process-compose put into a file before they read it: <c>$NAME</c>, <c>${NAME}</c> and
/// <c>${NAME:-default}</c>, where <c>$$</c> is a dollar.
/// </summary>
internal static partial class Interpolation
{
    public static bool IsIn(string text) => Variable().Matches(text).Any(match => match.Value != "$$");

    /// <summary>Without variables: what is left is the dollars.</summary>
    public static string Plain(string text) => text.Replace("$$", "$");

    /// <summary>As a value of <c>env</c>, where only <c>${NAME}</c> is a variable.</summary>
    public static string ForEnvironment(string text) => Variable().Replace(text, match => match.Value switch
    {
        "$$" => text.AsSpan(match.Index + 2).StartsWith("{") ? @"\$" : "$",
        ['$', '{', ..] whole => whole,
        var bare => $"${{{bare[1..]}}}",
    });

    /// <summary>As one word of a shell command line.</summary>
    public static string ForShell(string word) => !IsIn(word)
        ? ShellWords.Quote(Plain(word))
        : $"\"{Variable().Replace(Special().Replace(word, @"\$0"), match => match.Value == "$$" ? @"\$" : match.Value)}\"";

    /// <summary>With the defaults of its variables; null: one has none.</summary>
    public static string? Default(string text)
    {
        var isKnown = true;
        var filled = Variable().Replace(text, match =>
        {
            isKnown &= match.Groups["default"].Success;
            return match.Groups["default"].Value;
        });
        return isKnown ? filled : null;
    }

    [GeneratedRegex(@"\$\$|\$\{[A-Za-z_]\w*(?::?-(?<default>[^${}]*)|[:+?-][^}]*)?\}|\$[A-Za-z_]\w*")]
    private static partial Regex Variable();

    [GeneratedRegex(@"[\\""`]")]
    private static partial Regex Special();
}

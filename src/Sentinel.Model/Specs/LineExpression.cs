using System.Text.RegularExpressions;

namespace Sentinel.Model.Specs;

/// <summary>A regular expression that a user gives for lines.</summary>
public static class LineExpression
{
    // Stops an expression that only the backtracking engine understands.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <exception cref="FormatException">It is not a regular expression.</exception>
    public static Regex Parse(string text)
    {
        try
        {
            return new Regex(text, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (NotSupportedException)
        {
            return new Regex(text, RegexOptions.CultureInvariant, Timeout);
        }
        catch (ArgumentException e)
        {
            throw new FormatException($"'{text}' is not a regular expression: {e.Message}");
        }
    }
}

using System.Text.RegularExpressions;

namespace Sentinel.Api;

/// <summary>Guesses which variables hold secrets, so that they are not shown unless somebody asks for them.</summary>
public static partial class Secrets
{
    /// <summary>Whether a variable looks as if nobody else should see its value.</summary>
    /// <param name="value">Null: not known.</param>
    public static bool IsSecret(string name, string? value) => SecretName().IsMatch(name) || (value is not null && LoginInAddress().IsMatch(value));

    /// <summary>The same, without the values that nobody else should see.</summary>
    public static VariableInfo Masked(this VariableInfo variable) =>
        IsSecret(variable.Name, variable.Value) || IsSecret(variable.Name, variable.NextValue)
            ? variable with { IsMasked = true, Value = null, NextValue = null }
            : variable;

    // DB_PASSWORD, GITHUB_TOKEN, API_KEY, AWS_SECRET_ACCESS_KEY, DB_PWD, SENTINEL_COOKIE; not PWD, KEYBOARD or PATH.
    [GeneratedRegex(
        "PASSW|PASSPHRASE|SECRET|TOKEN|CREDENTIAL|PRIVATE|APIKEY|KEYS?$|_KEY_|COOKIE|(^|_)(PASS|AUTH|SALT|DSN|PIN)(_|$)|_PWD$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SecretName();

    // postgres://user:password@host
    [GeneratedRegex(@"://[^/\s:@]*:[^/\s@]+@")]
    private static partial Regex LoginInAddress();
}

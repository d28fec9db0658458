namespace Sentinel.Core.Imports;

/// <summary>Environment variables in the two forms that tools have: a table, and a list of <c>NAME=value</c>.</summary>
internal static class Variables
{
    /// <param name="translate">Makes of a value what <c>env</c> has to say for it.</param>
    public static void Take(Draft draft, Value variables, Func<string, string> translate)
    {
        if (variables.IsTable)
        {
            foreach (var (name, value) in variables.Keys()!.All())
                // Without a value it is passed on, as every variable is.
                if (!value.IsNull && value.Text() is { } text)
                    draft.Variable(value, name, translate(text));
            return;
        }

        foreach (var item in variables.Items)
            if (item.Text()?.Split('=', 2) is [var name, var text])
                draft.Variable(item, name, translate(text));
    }
}

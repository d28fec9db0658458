using Sentinel.Model.Specs;

namespace Sentinel.Model;

/// <summary>A change to a group's environment.</summary>
/// <param name="Set">Variables to set.</param>
/// <param name="Unset">Names of variables to remove.</param>
/// <param name="EnvironmentFiles">The files that replace its own; null keeps those.</param>
public sealed record GroupChange(EnvironmentBlock Set, IReadOnlyList<string> Unset, IReadOnlyList<string>? EnvironmentFiles)
{
    public Group Of(Group group)
    {
        var variables = Unset.Aggregate(group.Variables, (variables, name) => variables.Without(name));
        return group with
        {
            Variables = variables.With(Set),
            EnvironmentFiles = EnvironmentFiles ?? group.EnvironmentFiles,
        };
    }
}

// The part of the Workspace that is about recipes saved by name. Nothing is replaced and nothing is gone for good.
#include "engine/api/recipe.h"
#include "engine/api/run_stats.h"
#include "ui/session/free_name.h"
#include "ui/session/undo_step.h"
#include "ui/session/workspace.h"

namespace timeripple::ui {

QString Workspace::freeRecipeName(const QString& name) const {
    return freeName(name, [this](const QString& taken) { return recipes_->rowOf(taken) >= 0; });
}

void Workspace::putRecipe(const SavedRecipe& recipe) {
    recipes_->put(recipe);
    library_->putRecipe(recipe);
}

void Workspace::dropRecipe(const QString& name) {
    recipes_->remove(name);
    library_->removeRecipe(name);
}

QString Workspace::saveRecipe(const QString& name, const engine::GenerationRequest& request) {
    if (const SavedRecipe* same = recipes_->find(name); same && same->request == request) return name;
    const SavedRecipe recipe{freeRecipeName(name), request};
    undo_.push(new UndoStep(
        tr("Save a recipe"), [this, recipe] { putRecipe(recipe); }, [this, name = recipe.name] { dropRecipe(name); }));
    return recipe.name;
}

QString Workspace::renameRecipe(const QString& from, const QString& to) {
    if (from == to || !recipes_->find(from)) return from;
    const QString free = freeRecipeName(to);
    auto rename = [this](const QString& before, const QString& after) {
        recipes_->rename(before, after);
        library_->renameRecipe(before, after);
    };
    undo_.push(new UndoStep(
        tr("Rename a recipe"), [rename, from, free] { rename(from, free); }, [rename, from, free] { rename(free, from); }));
    return free;
}

void Workspace::removeRecipe(const QString& name) {
    const SavedRecipe* found = recipes_->find(name);
    if (!found) return;
    undo_.push(new UndoStep(
        tr("Delete a recipe"), [this, name] { dropRecipe(name); }, [this, recipe = *found] { putRecipe(recipe); }));
}

void Workspace::saveRecipeFile(const engine::GenerationRequest& request, const QString& path) {
    engine::Recipe recipe;
    recipe.request = request;
    auto write = [text = engine::to_json(recipe, false), file = path.toStdString()] { return engine::save_text(text + "\n", file); };
    opening_[session_->writeFile(path, write)] = path;
}

}  // namespace timeripple::ui

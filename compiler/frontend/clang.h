// The Clang headers that this room uses, in one place: CMake precompiles this file, so that they are read
// once.
#ifndef NNDIFF_FRONTEND_CLANG_H
#define NNDIFF_FRONTEND_CLANG_H

#include <clang/AST/ASTContext.h>
#include <clang/AST/Attr.h>
#include <clang/AST/DeclCXX.h>
#include <clang/AST/DeclTemplate.h>
#include <clang/AST/ExprCXX.h>
#include <clang/AST/StmtCXX.h>
#include <clang/AST/StmtVisitor.h>
#include <clang/Basic/SourceManager.h>
#include <clang/Frontend/ASTUnit.h>
#include <clang/Lex/Lexer.h>

#endif
